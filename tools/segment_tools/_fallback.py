"""Reads that may be asked elsewhere: the account's region, then the other one, then a configured legacy host.

Only for reads: a write that is tried elsewhere could act on a workspace that nobody meant. Another host is asked when
the answer says "not here" (401, 403, 404) or says nothing (HTML, a body that does not parse). If none answers, what
the account's own host said is the error, and the data never looks like an answer.
"""

from __future__ import annotations

from segment_toolkit.errors import DegradedAnswer, HostUnavailable, ToolkitError, TransportError, UpstreamError
from segment_toolkit.tool import Flow, Host, JsonObject, Request


def read_anywhere(request: Request, *, member: str, needs: str, minimal: JsonObject) -> Flow:
    """The data of the first host that answers with an object under `member`, and `answeredBy` if it was not the first.

    `needs` is a member that the object must have. Raises the first host's error. Its data lists the hosts asked under
    `attempts`, with `minimal` and `degraded: true` if any host gave an unreadable answer.
    """
    attempts: list[dict[str, str]] = []
    errors: list[ToolkitError] = []
    for host in Host:
        try:
            response = yield request._replace(host=host)
            found = response.data.get(member)
            if isinstance(found, dict) and found.get(needs) is not None:
                return response.data | ({"answeredBy": response.host} if attempts else {})
            raise _unlike(response.status, response.host, member)
        except HostUnavailable:
            continue
        except UpstreamError as error:
            errors.append(error)
            attempts.append({"host": error.host, "answer": _summary(error)})
            if not error.unreadable and error.status not in (401, 403, 404):
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
    error = errors[0]  # the account's own host: what the others say is about other workspaces
    degraded = any(isinstance(e, UpstreamError) and e.unreadable for e in errors)
    error.data |= {**(minimal | {"degraded": True} if degraded else {}), "attempts": attempts}
    asked = ", ".join(f"{a['host']} ({a['answer']})" for a in attempts)
    error.message = f"{error.message} Hosts asked: {asked}."
    return error


def _summary(error: UpstreamError) -> str:
    return f"{error.status} unreadable" if error.unreadable else f"{error.status} {error.code}"
