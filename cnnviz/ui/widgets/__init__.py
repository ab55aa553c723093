"""Pictures, charts and form fields: numpy in, pictures out; no torch, no document."""
