"""What a model is shown of a tool.

`definition` is the value that is listed, `schema` makes its parameters from a pydantic model, `allowed` and `strict`
give them the forms that vendors take, `forms` names all of these. `lint` says what somebody refuses, `cost` what it
costs to read, `search` finds tools by what is wanted.
"""
