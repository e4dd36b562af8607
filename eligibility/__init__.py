"""What a human must decide: coverage by country, reviews, policy."""
