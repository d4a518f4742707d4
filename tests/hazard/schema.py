# SPDX-License-Identifier: MIT
"""As much of JSON Schema as our schemas use; an unknown keyword is an error.

    complaints(schema, document) -> list of "$.path: what is wrong"
"""
import re

TYPES = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool,
         "null": type(None)}
NOTES = {"$schema", "$defs", "title", "description"}


def is_type(value, name):
    if name == "integer" and isinstance(value, bool):
        return False
    return isinstance(value, TYPES[name])


class Validator:
    def __init__(self, root):
        self.root = root
        self.found = []

    def complain(self, path, text):
        self.found.append("%s: %s" % (path, text))

    def resolve(self, ref):
        node = self.root
        for part in ref.lstrip("#/").split("/"):
            node = node[part]
        return node

    def check(self, schema, value, path):
        for keyword, rule in schema.items():
            if keyword not in NOTES:
                getattr(self, "check_" + keyword.lstrip("$"))(rule, value, path, schema)

    def check_ref(self, rule, value, path, _):
        self.check(self.resolve(rule), value, path)

    def check_type(self, rule, value, path, _):
        names = rule if isinstance(rule, list) else [rule]
        if not any(is_type(value, name) for name in names):
            self.complain(path, "is no " + " or ".join(names))

    def check_const(self, rule, value, path, _):
        if value != rule or isinstance(value, bool) != isinstance(rule, bool):
            self.complain(path, "is not %r" % (rule,))

    def check_enum(self, rule, value, path, _):
        if value not in rule:
            self.complain(path, "%r is not one of %r" % (value, rule))

    def check_pattern(self, rule, value, path, _):
        if isinstance(value, str) and not re.search(rule, value):
            self.complain(path, "%r does not match %s" % (value, rule))

    def check_minimum(self, rule, value, path, _):
        if is_type(value, "integer") and value < rule:
            self.complain(path, "is less than %d" % rule)

    def check_required(self, rule, value, path, _):
        for name in rule:
            if isinstance(value, dict) and name not in value:
                self.complain(path, "has no " + name)

    def check_properties(self, rule, value, path, _):
        for name, schema in rule.items():
            if isinstance(value, dict) and name in value:
                self.check(schema, value[name], path + "." + name)

    def check_additionalProperties(self, rule, value, path, schema):
        for name in value if isinstance(value, dict) else ():
            if name in schema.get("properties", {}):
                continue
            if rule is False:
                self.complain(path, "has an unknown member " + name)
            else:
                self.check(rule, value[name], path + "." + name)

    def check_propertyNames(self, rule, value, path, _):
        for name in value if isinstance(value, dict) else ():
            self.check(rule, name, path + "/" + name)

    def check_items(self, rule, value, path, _):
        for i, item in enumerate(value if isinstance(value, list) else ()):
            self.check(rule, item, "%s[%d]" % (path, i))


def complaints(schema, document):
    validator = Validator(schema)
    validator.check(schema, document, "$")
    return validator.found
