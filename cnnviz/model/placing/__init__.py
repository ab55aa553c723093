"""Where cards lie: tidy layouts, and which nodes share a card."""
