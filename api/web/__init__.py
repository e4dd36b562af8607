"""The investigator's browser: pages of one workspace, made on the server from the use cases that the API has too."""
