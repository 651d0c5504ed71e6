/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

struct buf;
struct error;

/* What the caller wants to be told of. Each may be NULL. */
struct http_hooks {
	void (*on_retry)(const char *why, void *data); /* before each repetition */
	void (*on_wait)(void *data);		   /* now and then, while an answer is awaited */
	void (*on_date)(int64_t date, void *data); /* the answer's Date (RFC 9110 section 6.6.1) in
						      seconds since the epoch, if it has one */
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

/* For somebody who waits at a prompt: what doesn't answer soon is told as such. */
#define HTTP_LIMITS_BRIEF                                                                          \
	((struct http_limits){.connect_ms = 1000,                                                  \
			      .request_ms = 2000,                                                  \
			      .deadline_ms = 2000,                                                 \
			      .body_bytes = 8 * 1024 * 1024})

/* One GET, its body into out. No proxy, no redirect, no compression; HTTP and HTTPS alone.
 * Connection failures, 429 and 5xx are tried again (backoff_ms) until the deadline. Errors:
 * -EPROTO another status, -EFBIG body or header too large, -ETIMEDOUT or what the last try met. */
int http_get(const char *url, const struct http_limits *limits, struct buf *out,
	     const struct http_hooks *hooks, struct error *err);
