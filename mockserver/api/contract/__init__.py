"""The API's contract as data: editions, request bodies, problems, quotas, routes."""
