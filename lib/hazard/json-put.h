/* SPDX-License-Identifier: MIT */
/* Members of JSON objects, for the forms that are JSON. Member names are literals. */
#ifndef LIB_HAZARD_JSON_PUT_H
#define LIB_HAZARD_JSON_PUT_H

#include <stdbool.h>
#include <stdint.h>
#include <json-glib/json-glib.h>

static inline void put_string(JsonBuilder *b, const char *name, const char *value)
{
	json_builder_set_member_name(b, name);
	json_builder_add_string_value(b, value);
}

static inline void put_int(JsonBuilder *b, const char *name, uint64_t value)
{
	json_builder_set_member_name(b, name);
	json_builder_add_int_value(b, (gint64)value);
}

static inline void put_bool(JsonBuilder *b, const char *name, bool value)
{
	json_builder_set_member_name(b, name);
	json_builder_add_boolean_value(b, value);
}

static inline void begin_object(JsonBuilder *b, const char *name)
{
	if (name)
		json_builder_set_member_name(b, name);
	json_builder_begin_object(b);
}

static inline void begin_array(JsonBuilder *b, const char *name)
{
	json_builder_set_member_name(b, name);
	json_builder_begin_array(b);
}

#endif
