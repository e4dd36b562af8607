"""How the HTTP API holds up: 50 clients, one server on the loopback, and a load meanwhile."""
