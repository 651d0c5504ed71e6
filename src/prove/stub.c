#include "prove/check.h"
#include "prove/checks.h"
#include "net/netlink.h"
#include "net/inventory.h"
struct error;
int netlink_lookup(struct inventory *answer, const struct in6_addr *dst, int iif, const struct in6_addr *src, struct error *err);
int netlink_lookup(struct inventory *answer, const struct in6_addr *dst, int iif, const struct in6_addr *src, struct error *err)
{ (void)answer; (void)dst; (void)iif; (void)src; (void)err; return 0; }
#define S(n) void n(struct check *c, struct subject *s, const struct site *site) { (void)s; (void)site; check_skip(c, "stub"); }
S(check_handshake) S(check_transit) S(check_lan) S(check_mtu)
