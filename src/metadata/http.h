/* SPDX-License-Identifier: MIT */
#pragma once

struct buf;
struct error;

/* What the caller wants to be told of. Each may be NULL. */
struct http_hooks {
	void (*on_retry)(const char *why, void *data); /* before each repetition */
	void (*on_wait)(void *data); /* now and then, while an answer is awaited */
	void *data;
};

struct http_limits {
	long connect_ms;  /* one connection */
	long request_ms;  /* one request, connection included */
	long deadline_ms; /* all tries and the pauses between them */
	long body_bytes;
};

/* What suits the metadata service: reads took 123 to 383 ms on real instances. */
#define HTTP_LIMITS_DEFAULT                                                                        \
	((struct http_limits){.connect_ms = 1000,                                                  \
			      .request_ms = 5000,                                                  \
			      .deadline_ms = 20000,                                                \
			      .body_bytes = 8 * 1024 * 1024})

/* One GET, its body into out. No proxy, no redirect, no compression; HTTP and HTTPS alone.
 * Connection failures, 429 and 5xx are tried again (backoff_ms) until the deadline. Errors:
 * -EPROTO another status, -EFBIG body too large, -ETIMEDOUT or what the last try met. */
int http_get(const char *url, const struct http_limits *limits, struct buf *out,
	     const struct http_hooks *hooks, struct error *err);
