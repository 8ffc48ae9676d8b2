"""The HTTP Tracking API: an edge that answers 200 or 400 by size, JSON and presence of a key, and nothing else.

What then becomes of the messages is the pipeline's, and never reaches the caller.
"""
