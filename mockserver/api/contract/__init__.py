"""What the API is, as data: editions, request bodies, problems, limits, routes."""
