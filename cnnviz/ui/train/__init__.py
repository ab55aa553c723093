"""The Train workspace: start, watch, judge."""
