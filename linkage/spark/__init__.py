"""The same resolution on Spark, for more records than one machine takes."""
