"""Pictures made for one kind of arithmetic: where a value moved to, a spread, a sampling grid, arrays side by side."""
