#!/usr/bin/env bash
# Installs what pip cannot: system.sh venv PACKAGE | qt PYTHON | xvfb
# Does nothing where it is there already. Through apt-get where that is possible without a password; else it prints the
# exact line to run, and fails where nothing works without it.
set -euo pipefail

# What Qt's X11 plugin loads beyond a minimal Debian or Ubuntu; a font, or every label would be empty boxes.
qt_packages="libegl1 libgl1 libopengl0 libglib2.0-0 libdbus-1-3 libfontconfig1 libfreetype6 libx11-xcb1
    libxkbcommon0 libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0
    libxcb-render-util0 libxcb-shape0 libxcb-sync1 libxcb-xfixes0 libxcb-xkb1 fonts-dejavu-core"
xvfb_packages="xvfb libgl1-mesa-dri"

# install PACKAGES: through apt-get, or prints the line that would do it and returns 1.
install() {
    local root=()
    local line="apt-get install -y --no-install-recommends $*"
    [ "$(id -u)" = 0 ] || root=(sudo -n)
    if ! command -v apt-get >/dev/null; then
        echo "Please install with your system's package manager what Debian calls: $*" >&2
        return 1
    fi
    if [ "$(id -u)" != 0 ] && ! sudo -n true 2>/dev/null; then
        printf 'Please run this line once, then make again:\n\n    sudo %s\n\n' "$line" >&2
        return 1
    fi
    echo "Installing $* ..."
    "${root[@]}" apt-get update -qq || true
    if ! "${root[@]}" env DEBIAN_FRONTEND=noninteractive $line -qq >/dev/null; then
        printf 'That did not work. Please run this line once, then make again:\n\n    sudo %s\n\n' "$line" >&2
        return 1
    fi
}

# missing_libraries PYTHON: the shared libraries that Qt's X11 and offscreen plugins and modules look for in vain.
missing_libraries() {
    local qt
    qt=$("$1" -c 'import importlib.util as u; print(u.find_spec("PySide6").submodule_search_locations[0])')
    # ldd complains about files that another version of PySide6 may not have; what it finds counts.
    { ldd "$qt"/Qt/plugins/platforms/libq{xcb,offscreen}.so "$qt"/Qt{Gui,Widgets,Svg,OpenGLWidgets,Test}.*.so \
        2>/dev/null || true; } | awk '/not found/ {print $1}' | sort -u
}

case ${1:-} in
venv)
    echo "This Python cannot make virtual environments yet (the package $2 is missing)." >&2
    install "$2"
    ;;
qt)
    [ "$(uname -s)" = Linux ] || exit 0
    missing=$(missing_libraries "$2" | xargs)
    if [ -n "$missing" ]; then
        echo "Qt needs system libraries that are not here: $missing"
        install $(echo $qt_packages)
    fi
    ;;
xvfb)
    if ! command -v Xvfb >/dev/null; then
        echo "Xvfb (a virtual screen) is needed and not here."
        install $xvfb_packages
    fi
    ;;
*)
    echo "usage: $0 venv PACKAGE | qt PYTHON | xvfb" >&2
    exit 2
    ;;
esac
