"""The sockets on which clients connect, and the code that runs the server."""
