"""The identity graph: stores, projection, associations and linked risk."""
