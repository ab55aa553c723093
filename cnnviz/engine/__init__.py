"""The engine: turns graphs into torch modules, trains them, and answers what is asked. The only room with torch."""
