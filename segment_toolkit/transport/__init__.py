"""The wire: hosts by region, credentials in headers, one HTTP exchange, and its answer read without trust.

regions      which hosts there are, and which of them cannot be meant together
hosts        Request + Credentials → URL and headers
connections  those that threads share, lent to one request at a time
http         the exchange itself, sync and async, over httpx
answers      status and body → Response, or the error that says what to do next
"""
