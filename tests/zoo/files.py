# SPDX-License-Identifier: MIT
"""Files that a test compares with what it finds, or writes: UPDATE_GOLDEN=1."""
import difflib
import os


def compare(root, path, text, test):
    """Complaints about how TEXT differs from the file; or the file is written."""
    full = os.path.join(root, path)
    try:
        with open(full, encoding="utf-8") as f:
            old = f.read()
    except FileNotFoundError:
        old = ""
    if old == text:
        return []
    if os.environ.get("UPDATE_GOLDEN"):
        with open(full, "w", encoding="utf-8") as f:
            f.write(text)
        return []
    diff = difflib.unified_diff(old.splitlines(), text.splitlines(), path, "this run",
                                lineterm="", n=2)
    return list(diff) + ["If this is meant: UPDATE_GOLDEN=1 meson test -C build " + test]
