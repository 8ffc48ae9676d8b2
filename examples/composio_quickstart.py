"""Composio's quickstart for a toolkit with an API key; only the import line is ours.

It needs OPENAI_API_KEY, and USER_SEGMENT_KEY: the key that the user typed. Point SEGMENT_TRACKING_URL (and
OPENAI_BASE_URL) at local servers to try it without accounts, as the tests do; else set SEGMENT_REGION.
"""

import os

from openai import OpenAI

from segment_toolkit import Composio  # was: from composio import Composio

composio = Composio()
openai = OpenAI()

user_id = "user-1234"
auth_config_id = "ac_segment"
user_api_key = os.environ["USER_SEGMENT_KEY"]

connection_request = composio.connected_accounts.initiate(
    user_id=user_id,
    auth_config_id=auth_config_id,
    config={"auth_scheme": "API_KEY", "val": {"generic_api_key": user_api_key}},
)
connected_account = connection_request.wait_for_connection()
print(f"Connected: {connected_account.id}")

tools = composio.tools.get(user_id=user_id, toolkits=["SEGMENT"])

completion = openai.chat.completions.create(
    model="gpt-4o",
    messages=[{"role": "user", "content": "Record that user u-42 signed up for the pro plan."}],
    tools=tools,
)

result = composio.provider.handle_tool_calls(user_id=user_id, response=completion)
print(result)
