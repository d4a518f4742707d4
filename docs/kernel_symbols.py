#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Write docs/kernel-symbols.md, and the table in docs/porting-a-driver.md, from the
headers that mirror Linux's: docs/kernel_symbols.py

A symbol is what a header of include/linux or include/asm declares at its top level: a
function, a macro, a type or a constant. Macros are read from its text, the others from
what the preprocessor makes of it. Names that begin with __ or armdma are the
headers' own affair, and left out. What a header leaves out is said as its comment says it.

--check writes nothing: exit status 1, and a line for each file that would change.
"""
import os
import re
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
COMMAND = "python3 docs/kernel_symbols.py"
LIST = os.path.join(ROOT, "docs", "kernel-symbols.md")
GUIDE = os.path.join(ROOT, "docs", "porting-a-driver.md")
BEGIN = "<!-- symbols: written by %s -->" % COMMAND
END = "<!-- symbols end -->"
FOLDERS = ("linux", "asm")
KINDS = ("functions", "macros", "types", "constants")

COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.S)
STRING = re.compile(r'"(?:\\.|[^"\\\n])*"')
DEFINE = re.compile(r"^[ \t]*#[ \t]*define[ \t]+(\w+)", re.M)
ATTRIBUTE = re.compile(r"__attribute__\s*\(\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)\)")
TYPE = re.compile(r"^(?:typedef\s+)?(?:struct|union|enum)\s+(\w+)$")
CALL = re.compile(r"\b(\w+)\s*\(")
LEAVES = re.compile(r"\* Leaves out: (.*?)(?:\n \*\n|\n \* (?:Source|Spec|Linux|Context)|\n \*/)",
                    re.S)


def is_public(name):
    return not name.startswith(("_", "armdma", "ARMDMA"))


def enumerators(body):
    return [m.group(1) for m in re.finditer(r"(?:^|,)\s*([A-Za-z_]\w*)", body)]


def statements(text):
    """(what stands before it, its body or None) of all at the top level."""
    head, depth, begin, i = "", 0, 0, -1
    while (i := i + 1) < len(text):
        c = text[i]
        if c == "{":
            if depth == 0:
                head, begin = text[begin:i], i + 1
            depth += 1
        elif c == "}":
            depth -= 1
            if depth == 0:
                yield head.strip(), text[begin:i]
                # typedef struct { ... } NAME;
                text = text[:i + 1] + "typedef " * head.lstrip().startswith("typedef") + \
                    text[i + 1:]
                begin = i + 1
        elif c == ";" and depth == 0:
            yield text[begin:i].strip(), None
            begin = i + 1


def declares(head, body, found):
    named = TYPE.match(head)
    if body is not None and (named or re.match(r"^(typedef\s+)?(struct|union|enum)\b", head)):
        if named:
            found["types"].add(named.group(1))
        if "enum" in head.split():
            found["constants"].update(enumerators(body))
        return
    if head.startswith("typedef"):
        called = re.search(r"\(\s*\*?\s*(\w+)\s*\)\s*\(", head)
        found["types"].add(called.group(1) if called else head.split()[-1])
        return
    call = CALL.search(head)
    if call and not head.startswith("extern int __"):
        found["functions"].add(call.group(1))


MARKER = re.compile(r'^# \d+ "([^"]*)"')


def preprocessed(path):
    """What @path itself comes to, without what it includes."""
    out = subprocess.run(os.environ.get("CC", "cc").split() + [
        "-E", "-D_GNU_SOURCE", "-I", os.path.join(ROOT, "include"), path],
        check=True, capture_output=True, text=True).stdout
    lines, is_own = [], False
    for line in out.splitlines():
        marker = MARKER.match(line)
        if marker:
            is_own = marker.group(1) == path
        elif is_own and not line.startswith("#"):
            lines.append(line)
    return "\n".join(lines)


def symbols(path, text):
    """{kind: sorted names} of one header."""
    found = {kind: set() for kind in KINDS}
    text = COMMENT.sub(" ", text)
    guard = re.search(r"#ifndef (\w+)\n#define \1\n", text)
    found["macros"].update(DEFINE.findall(text))
    if guard:
        found["macros"].discard(guard.group(1))
    for head, body in statements(ATTRIBUTE.sub(" ", STRING.sub('""', preprocessed(path)))):
        declares(" ".join(head.split()), body, found)
    found["macros"] -= found["functions"]
    return {kind: sorted(filter(is_public, found[kind])) for kind in KINDS}


def leaves_out(text):
    found = LEAVES.search(text)
    words = " ".join(found.group(1).replace("\n *", " ").split()) if found else ""
    return re.sub(r"\.? ?\b(?:Source|Spec|Linux): .*|\.$", "", words)


def read_headers():
    """[(name, {kind: names}, what it leaves out)], by name."""
    headers = []
    for folder in FOLDERS:
        for top, _, names in os.walk(os.path.join(ROOT, "include", folder)):
            for name in sorted(names):
                path = os.path.join(top, name)
                with open(path, encoding="utf-8") as f:
                    text = f.read()
                headers.append((os.path.relpath(path, os.path.join(ROOT, "include")),
                                symbols(path, text), leaves_out(text)))
    return sorted(headers)


def count(found):
    return sum(map(len, found.values()))


def table(headers):
    lines = ["| header | symbols | what it leaves out |", "|---|---|---|"]
    for name, found, left in headers:
        lines.append("| [`%s`](kernel-symbols.md#%s) | %d | %s |" % (
            name, re.sub(r"[^a-z0-9_-]", "", name.lower()), count(found),
            left.replace("|", "\\|")))
    return "\n".join(lines)


def full_list(headers):
    lines = ["# Mirrored kernel symbols", "",
             "Written by `%s` from `include/linux` and `include/asm`. What each means is in"
             % COMMAND,
             "its header; how to use them for a driver is [porting-a-driver.md]"
             "(porting-a-driver.md).", "",
             "%d symbols in %d headers." % (sum(count(f) for _, f, _ in headers),
                                            len(headers))]
    for name, found, _ in headers:
        lines += ["", "## %s" % name]
        for kind in KINDS:
            if found[kind]:
                lines += ["", "%s: %s" % (kind.capitalize(),
                                          ", ".join("`%s`" % n for n in found[kind]))]
    return "\n".join(lines) + "\n"


def guide(text, headers):
    head, rest = text.split(BEGIN)
    return head + BEGIN + "\n" + table(headers) + "\n" + END + rest.split(END)[1]


def pages():
    """{path: what it should say}"""
    headers = read_headers()
    with open(GUIDE, encoding="utf-8") as f:
        return {LIST: full_list(headers), GUIDE: guide(f.read(), headers)}


def main():
    for path, text in pages().items():
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)


if __name__ == "__main__":
    main()
