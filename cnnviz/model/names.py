"""What the modules of a graph are called, in the engine, in weight files and in exported code alike."""

from __future__ import annotations

from collections.abc import Mapping

from cnnviz.layers import TorchCall
from cnnviz.model.check import check
from cnnviz.model.graph import Graph

_OF_TORCH = """
    T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches eval
    extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half ipu load_state_dict modules
    mtia named_buffers named_children named_modules named_parameters parameters register_backward_hook register_buffer
    register_forward_hook register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook
    register_load_state_dict_post_hook register_load_state_dict_pre_hook register_module register_parameter
    register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_extra_state set_submodule share_memory
    state_dict to to_empty train training type xpu zero_grad
"""
_OF_OURS = """
    activations fitting graph heads internals logits main_head own_tensors report resized scores scores_node self some
    still torch x
"""

RESERVED = frozenset(f"{_OF_TORCH} {_OF_OURS}".split())
"""Names that a module, or the code around it, already has a meaning for; a contract test compares with torch."""


def attribute(name: str) -> str:
    """Return the attribute that holds a node's module: its name, with one more underscore where it is reserved.

    Different nodes get different attributes, `train` and `train_` too.
    """
    stem = name
    while stem not in RESERVED and stem.endswith("_"):
        stem = stem[:-1]
    return f"{name}_" if stem in RESERVED else name


def misfits(graph: Graph, shapes: Mapping[str, tuple[int, ...]]) -> tuple[str, ...]:
    """Return the nodes that weights of these shapes, by name as in `conv1.weight`, don't fit; the graph must run."""
    return tuple(
        row.name
        for row in check(graph).rows
        if any(shapes.get(f"{attribute(row.name)}.{each.name}") != each.shape for each in row.parameters)
    )


def modules_of(graph: Graph) -> dict[str, tuple[tuple[str, TorchCall], ...]]:
    """Return (attribute, call) of every module of every node, in computing order; the graph must run."""
    taken = {attribute(node.name) for node in graph}
    found = {}
    for row in check(graph).rows:
        calls = graph.node(row.name).layer.torch_calls(*(row.inputs or ()))
        found[row.name] = tuple((_name(row.name, call, taken), call) for call in calls)
    return found


def _name(node: str, call: TorchCall, taken: set[str]) -> str:
    """Return the attribute of one module; a padding module must not take another node's name."""
    name = attribute(node)
    if call.role:
        name = f"{name}_{call.role}"
        while name in taken:
            name += "_"
    return name
