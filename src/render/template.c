/* SPDX-License-Identifier: MIT */
#include "render/template.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"

static bool is_name(const char *name, const char *text, size_t len)
{
	return strlen(name) == len && !memcmp(name, text, len);
}

/* Steps over a line's flag; false: the line isn't there. */
static bool take_flag(const char **line, const struct template_flag *flags, struct buf *out)
{
	bool wanted = (*line)[1] == '+';
	const char *name = *line + 2;
	size_t len = strcspn(name, " ");

	*line = name + len + (name[len] == ' ');
	for (; flags->name; flags++)
		if (is_name(flags->name, name, len))
			return flags->set == wanted;
	out->error = -EINVAL;
	return false;
}

/* A value's place, from behind its first @; returns what follows its second. */
static const char *add_value(const char *name, const struct template_value *values, struct buf *out)
{
	size_t len = strcspn(name, "@");

	for (; values->name && name[len]; values++) {
		if (is_name(values->name, name, len)) {
			buf_adds(out, values->text);
			return name + len + 1;
		}
	}
	out->error = -EINVAL;
	return name + len + (name[len] == '@');
}

static void add_line(const char *line, const struct template_value *values, struct buf *out)
{
	while (*line) {
		size_t len = strcspn(line, "@");

		buf_add(out, line, len);
		line += len;
		if (*line)
			line = add_value(line + 1, values, out);
	}
	buf_adds(out, "\n");
}

void template_fill(const struct template *template, const struct template_value *values,
		   const struct template_flag *flags, struct buf *out)
{
	for (size_t i = 0; i < template->count; i++) {
		const char *line = template->lines[i];

		if (!strncmp(line, "@#", 2))
			continue;
		if ((!strncmp(line, "@+", 2) || !strncmp(line, "@-", 2)) &&
		    !take_flag(&line, flags, out))
			continue;
		add_line(line, values, out);
	}
}
