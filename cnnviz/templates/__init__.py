"""The systems of the lecture notes as documents: graph, data, recipe, expected numbers."""

from cnnviz.errors import UsageError, did_you_mean
from cnnviz.templates import mnist
from cnnviz.templates.template import Template, shipped_weights

TEMPLATES: dict[str, Template] = {
    found.id: found for found in (mnist.lenet5(), mnist.mnist_postech(), mnist.mnist_deep())
}
"""Every template by its id, in the order in which they are shown."""


def template(name: str) -> Template:
    """Return a template by its id (`t1`) or its name (`mnist-postech`), in any case; raise UsageError."""
    wanted = name.strip().lower()
    for found in TEMPLATES.values():
        if wanted in (found.id, found.name):
            return found
    known = [word for found in TEMPLATES.values() for word in (found.id, found.name)]
    raise UsageError(f"there is no template {name!r}.", hint=did_you_mean(wanted, known))


__all__ = ["TEMPLATES", "Template", "shipped_weights", "template"]
