/* SPDX-License-Identifier: MIT */
#include "metadata/fetch.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/i18n.h"
#include "metadata/vultr.h"

static int fetch_file(const char *path, size_t max, struct buf *out, struct error *err)
{
	CLEANUP(cleanup_free) char *absolute = realpath(path, NULL);
	CLEANUP(cleanup_fd) int root = -1;
	int r;

	if (!absolute)
		return error_errno(err, -errno, "%s", path);
	root = file_root_open("/", err);
	if (root < 0)
		return root;
	r = file_read(root, absolute, max, out, NULL, err);
	return r == -ENOENT ? error_errno(err, r, "%s", path) : r;
}

/* "http://host" alone means the whole document of the service there. */
static void fetch_url(const char *where, struct buf *url)
{
	const char *path = strchr(strstr(where, "://") + 3, '/');

	buf_adds(url, where);
	if (!path || !path[1])
		buf_adds(url, path ? "v1.json" : "/v1.json");
}

/* With a host in it: libcurl would look for one in vain. */
static bool is_url(const char *where)
{
	const char *host = strstr(where, "://");

	return (!strncmp(where, "http://", 7) || !strncmp(where, "https://", 8)) && host[3] &&
	       host[3] != '/';
}

int fetch_instance(struct instance *instance, const char *where, const struct http_limits *limits,
		   const struct http_hooks *hooks, struct error *err)
{
	CLEANUP(buf_clear) struct buf json = BUF_INIT, url = BUF_INIT;
	int r;

	if (!where)
		where = VULTR_METADATA_URL;
	if (is_url(where)) {
		fetch_url(where, &url);
		r = http_get(buf_str(&url), limits, &json, hooks, err);
	} else if (strstr(where, "://")) {
		r = error_set(err, -EINVAL, _("'%s': http, https or a file's path is expected"),
			      where);
	} else {
		r = fetch_file(where, (size_t)limits->body_bytes, &json, err);
	}
	if (r < 0)
		return error_wrap(err, r, _("metadata"));
	return vultr_parse(instance, buf_str(&json), json.len, err);
}
