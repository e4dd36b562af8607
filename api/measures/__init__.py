"""What is measured of the work and of the figures: lag, agreement, links, and what came after a band."""
