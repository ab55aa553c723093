"""The colours of both themes: the only place where a colour of the interface is written down."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tokens:
    """One theme; every field but `name` and `groups` is a "#RRGGBB" string named after its role."""

    name: str
    # surfaces, from the window to what lies on top
    bg0: str  # window
    bg1: str  # panel
    bg2: str  # canvas and plots
    bg3: str  # card, button, field
    bg4: str  # hover, track
    line: str  # divider
    line2: str  # outline of a control
    # text, each readable on bg1
    t1: str
    t2: str
    t3: str
    # controls and selection
    acc: str
    acc_fill: str
    acc_bg: str
    # the thing pointed at, linked in every pane
    cursor: str
    cursor_bg: str
    # states
    err: str
    err_bg: str
    warn: str
    warn_bg: str
    ok: str
    ok_bg: str
    # signed numbers, gradients, wires
    pos: str
    neg: str
    grad: str
    wire: str
    groups: dict[str, str]


_GROUPS = {
    "Input": ("#8A96A8", "#667389"),
    "Convolution": ("#4C8DF6", "#2F6FDB"),
    "Pooling": ("#22A99A", "#0F8275"),
    "Normalisation": ("#8FAE35", "#66801A"),
    "Activation": ("#D99A2B", "#A56E0C"),
    "Dense": ("#9270EE", "#7450D4"),
    "Recurrent": ("#D65DA8", "#B83D8B"),
    "Merge": ("#C07A45", "#99591F"),
    "Reshape": ("#6F8FB0", "#4C6D90"),
    "Autoencoder": ("#4FA86A", "#2F7F49"),
    "Capsule": ("#C2607A", "#A64560"),
    "Spatial transformer": ("#3BA3CF", "#1C7DA6"),
    "Output": ("#A8A29A", "#77716A"),
}

DARK = Tokens(
    name="dark",
    bg0="#131519",
    bg1="#191C21",
    bg2="#101216",
    bg3="#21252C",
    bg4="#2A2F38",
    line="#282C34",
    line2="#3B414C",
    t1="#E7EAEF",
    t2="#A6AEBB",
    t3="#858F9D",
    acc="#8A93FF",
    acc_fill="#5A64E0",
    acc_bg="#242845",
    cursor="#3FE0A0",
    cursor_bg="#12352A",
    err="#FF7468",
    err_bg="#36201F",
    warn="#F0B94E",
    warn_bg="#332A18",
    ok="#4CC98E",
    ok_bg="#17322A",
    pos="#F2953D",
    neg="#4F9DEB",
    grad="#C878D8",
    wire="#687282",
    groups={group: dark for group, (dark, _) in _GROUPS.items()},
)

LIGHT = Tokens(
    name="light",
    bg0="#E6E9EE",
    bg1="#F6F7F9",
    bg2="#FCFCFD",
    bg3="#FFFFFF",
    bg4="#ECEFF4",
    line="#DEE2E8",
    line2="#C3CAD4",
    t1="#1A1E25",
    t2="#4D5765",
    t3="#667080",
    acc="#4A55D1",
    acc_fill="#4F5BD8",
    acc_bg="#E9EBFC",
    cursor="#007A58",
    cursor_bg="#DDF3EC",
    err="#C02D22",
    err_bg="#FCEBE9",
    warn="#865700",
    warn_bg="#FBF1DC",
    ok="#0E6E48",
    ok_bg="#E0F3EA",
    pos="#B85A0C",
    neg="#1F66B8",
    grad="#9A45AB",
    wire="#7F8A9B",
    groups={group: light for group, (_, light) in _GROUPS.items()},
)

THEMES = {"dark": DARK, "light": LIGHT}
