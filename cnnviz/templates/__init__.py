"""The systems of the lecture notes as documents: graph, data, recipe, expected numbers."""

from cnnviz.errors import UsageError, did_you_mean
from cnnviz.templates import (
    autoencoders,
    cifar,
    clothes,
    early,
    mnist,
    photographs,
    poses,
    residual,
    sequences,
)
from cnnviz.templates.blocks import BLOCKS, BlockTemplate
from cnnviz.templates.template import SECTIONS, Template, shipped_weights

_ALL = (
    *mnist.templates(),
    *clothes.templates(),
    *cifar.templates(),
    *residual.templates(),
    *poses.templates(),
    *sequences.templates(),
    *autoencoders.templates(),
    *early.templates(),
    *photographs.templates(),
    *residual.architectures(),
)

TEMPLATES: dict[str, Template] = {
    found.id: found for section in SECTIONS for found in _ALL if found.section == section
}
"""Every template by its id, in the order in which they are shown."""


def template(name: str) -> Template:
    """Return a template by its id (`t1`), its name (`mnist-postech`) or that of its weights (`lenet5-mnist`).

    In any case of letters; raise UsageError where there is none.
    """
    wanted = name.strip().lower()
    for found in TEMPLATES.values():
        if wanted and wanted in (found.id, found.name, found.trained):
            return found
    hint = variants(wanted) or did_you_mean(wanted, template_names())
    raise UsageError(f"there is no template {name!r}.", hint=hint)


def template_names() -> list[str]:
    """Return every word under which a template is found: ids, and names that differ from them."""
    return [word for found in TEMPLATES.values() for word in dict.fromkeys((found.id, found.name))]


def found_by(query: str) -> list[Template]:
    """Return the templates in whose id, name, title, sentence, section or data all words of a query occur."""
    words = query.lower().split()
    return [each for each in TEMPLATES.values() if all(word in _described(each) for word in words)]


def _described(found: Template) -> str:
    texts = (found.id, found.name, found.title, found.sentence, found.section, found.data.source)
    return " ".join(texts).lower()


def variants(row: str) -> str:
    """Say which templates a row of the list of systems has, where it has several; else return an empty text."""
    found = [each.id for each in TEMPLATES.values() if each.row == row.strip().lower()]
    return f"There are {', '.join(found[:-1])} and {found[-1]}." if len(found) > 1 else ""


__all__ = [
    "BLOCKS", "SECTIONS", "TEMPLATES", "BlockTemplate", "Template", "found_by", "shipped_weights", "template",
    "template_names", "variants",
]  # fmt: skip
