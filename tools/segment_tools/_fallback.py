"""Reads that may be asked elsewhere: the account's region, then the other one, then a configured legacy host.

Only for reads: a write that is tried elsewhere could act on a workspace that nobody meant. Another host is asked when
the answer says "not here" (401, 403, 404) or says nothing (HTML, a body that does not parse). If none answers, the
first structured refusal is the error, and the data never looks like an answer.
"""

from __future__ import annotations

from segment_toolkit.errors import DegradedAnswer, HostUnavailable, ToolkitError, TransportError, UpstreamError
from segment_toolkit.tool import Flow, Host, JsonObject, Request


def read_anywhere(request: Request, *, member: str, minimal: JsonObject) -> Flow:
    """The data of the first host that answers with an object under `member`, and `answeredBy` if it was not the first.

    Raises the first structured UpstreamError (else the first error). Its data lists the hosts asked under `attempts`,
    with `minimal` and `degraded: true` if any host gave an unreadable answer.
    """
    attempts: list[dict[str, str]] = []
    errors: list[ToolkitError] = []
    for host in Host:
        try:
            response = yield request._replace(host=host)
            if isinstance(response.data.get(member), dict):
                return response.data | ({"answeredBy": response.host} if attempts else {})
            raise _unlike(response.status, response.host, member)
        except HostUnavailable:
            continue
        except UpstreamError as error:
            errors.append(error)
            attempts.append({"host": error.host, "answer": _summary(error)})
            if not isinstance(error, DegradedAnswer) and error.status not in (401, 403, 404):
                break
        except TransportError as error:
            errors.append(error)
            attempts.append({"host": error.host, "answer": "no answer"})
            if len(errors) == 1:  # the account's own host: that it is down says nothing about where the thing is
                break
    raise _nobody(errors, attempts, minimal)


def _unlike(status: int, host: str, member: str) -> DegradedAnswer:
    return DegradedAnswer(f"{host} answered {status} without '{member}'.", status=status, host=host)


def _nobody(errors: list[ToolkitError], attempts: list[dict[str, str]], minimal: JsonObject) -> ToolkitError:
    if not errors:
        return HostUnavailable("No host is configured for this read.")
    structured = [e for e in errors if isinstance(e, UpstreamError) and not isinstance(e, DegradedAnswer)]
    error = (structured or errors)[0]
    degraded = any(isinstance(e, DegradedAnswer) for e in errors)
    error.data |= {**(minimal | {"degraded": True} if degraded else {}), "attempts": attempts}
    asked = ", ".join(f"{a['host']} ({a['answer']})" for a in attempts)
    error.message = f"{error.message} Hosts asked: {asked}."
    return error


def _summary(error: UpstreamError) -> str:
    return f"{error.status} unreadable" if isinstance(error, DegradedAnswer) else f"{error.status} {error.code}"
