"""The engine: turns graphs into torch modules, trains them, and answers what is asked. The only room with torch."""

from cnnviz.engine.threads import wait_politely

wait_politely()
