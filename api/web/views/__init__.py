"""What a page shows, worked out from the documents of the use cases: pure, without a request or a template."""
