"""Requests and answers of the API, one module a group of routes, with examples of invented people."""
