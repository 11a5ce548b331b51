"""Jobs, and who does them."""
