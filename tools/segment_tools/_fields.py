"""Fields that several event tools share, word for word: a model reads the same text for the same thing.

The texts are short because every request to a model carries them: the 17 definitions have a token budget, which
`tests/laws/test_definitions.py` holds.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from segment_toolkit.tool import SECRET

UserId = Annotated[str | None, Field(description="Person's id, or anonymousId")]
AnonymousId = Annotated[str | None, Field(description="Unknown person's id, or userId")]
Context = Annotated[dict[str, Any] | None, Field(description="ip, locale, page, device…")]
Integrations = Annotated[dict[str, Any] | None, Field(description="Exact destination names or All: true/false")]
Timestamp = Annotated[str | None, Field(description="ISO 8601 with zone; default now")]
MessageId = Annotated[str | None, Field(description="Unique id; reuse to retry")]
WriteKey = Annotated[str | None, SECRET, Field(description="Default: configured key")]
