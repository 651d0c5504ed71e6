@# The way back for a site's router; what routeros.rsc says holds here too.
# sixrelay: takes back what sixrelay added to this router. Site @site@.
#
# Paste all of it into a terminal of the router. Or upload it as
# sixrelay-revert.rsc, have it checked (7.16 and later), and run it:
#   /import sixrelay-revert.rsc verbose=yes dry-run
#   /import sixrelay-revert.rsc
# It removes what has sixrelay in its comment, and nothing else; the LAN's row in
# /ipv6/nd becomes what it was. It takes half a minute, since the LAN's devices
# are told first. If it is cut short, run it again.
{
# 1. Look. Nothing is changed here.
:local mine [/interface/wireguard/find where name="wg-cloud" comment~"^sixrelay"]
:local note "sixrelay: site @site@"
:if ([:len $mine] > 0) do={ :set note [/interface/wireguard/get $mine comment] }
:if (!(($note . ";") ~ "^sixrelay(: site @site@)?;")) do={ :error ("sixrelay: this router has another site: " . $note) }
# The LAN is where our advertised address is. Its row in /ipv6/nd is ours, or was changed by us, if wg-cloud is.
:local lan [/ipv6/address/find where comment="sixrelay" interface!="wg-cloud" advertise=yes]
:local br @bridge@
:if ([:len $lan] > 0) do={ :set br [/ipv6/address/get ($lan->0) interface] }
:local nd ""
:if ([:len $mine] > 0) do={ :set nd [/ipv6/nd/find where interface=$br] }
:local was {"unspecified";"30m";"3m20s-10m"}
:local at [:find $note "; nd was "]
:if ([:typeof $at] = "num") do={ :set was [:toarray [:pick $note ($at + 9) [:len $note]]] }
:local old ""
:if ([:len $lan] > 0) do={ :set old [/ipv6/address/get ($lan->0) address] }
:if ([:len $old] > 0) do={ :set old ([:pick $old 0 [:find $old "::1/64"]] . "::/64") }
:local go "yes"

# 2. The LAN's devices are told: this is no router any more, then, the prefix is over. RouterOS may
# refuse the second while the address is there; it is then said when that is gone.
:if ($go = "yes") do={ /ipv6/nd/prefix/remove [/ipv6/nd/prefix/find where comment="sixrelay"] }
:if ($go = "yes" && [:len $old] > 0) do={ :put ("sixrelay: telling the LAN that " . $old . " is over (20 s)") }
:if ($go = "yes" && [:len $old] > 0 && [:len $nd] > 0) do={ /ipv6/nd/set $nd ra-lifetime=none ra-interval=3s-4s; :delay 4s }
:local end ""
:if ($go = "yes" && [:len $old] > 0) do={ :do { :set end [/ipv6/nd/prefix/add interface=$br prefix=$old preferred-lifetime=0s valid-lifetime=0s comment="sixrelay"] } on-error={} }
:if ($go = "yes" && [:len $end] > 0) do={ :delay 8s }
:if ($go = "yes" && [:len $old] > 0) do={ /ipv6/address/remove [/ipv6/address/find where comment="sixrelay" interface=$br] }
:if ($go = "yes" && [:len $old] > 0 && [:len $end] = 0) do={ :do { :set end [/ipv6/nd/prefix/add interface=$br prefix=$old preferred-lifetime=0s valid-lifetime=0s comment="sixrelay"] } on-error={} }
:if ($go = "yes" && [:len $old] > 0) do={ :delay 8s }
:if ($go = "yes" && [:len $end] > 0) do={ /ipv6/nd/prefix/remove $end }

# 3. What is ours goes.
:if ($go = "yes") do={ :put "sixrelay: removing the rest" }
:if ($go = "yes" && [:len $nd] > 0 && [:typeof $at] != "num") do={ /ipv6/nd/remove $nd }
:if ($go = "yes" && [:len $nd] > 0 && [:typeof $at] = "num") do={ /ipv6/nd/set $nd mtu=($was->0) ra-lifetime=($was->1) ra-interval=($was->2) }
:if ($go = "yes") do={ /ipv6/route/remove [/ipv6/route/find where comment="sixrelay"] }
:if ($go = "yes") do={ /ipv6/address/remove [/ipv6/address/find where comment="sixrelay"] }
:if ($go = "yes") do={ /ipv6/firewall/filter/remove [/ipv6/firewall/filter/find where comment="sixrelay: accept input from cloud peer (WG)"] }
:if ($go = "yes") do={ /ipv6/firewall/filter/remove [/ipv6/firewall/filter/find where comment="sixrelay: drop the rest from wg-cloud"] }
:if ($go = "yes") do={ /ipv6/firewall/filter/remove [/ipv6/firewall/filter/find where comment="sixrelay: accept LAN to wg-cloud"] }
:if ($go = "yes") do={ /ipv6/firewall/filter/remove [/ipv6/firewall/filter/find where comment="sixrelay: accept inbound to LAN"] }
:if ($go = "yes") do={ /ipv6/firewall/filter/remove [/ipv6/firewall/filter/find where comment="sixrelay: drop inbound to LAN"] }
:if ($go = "yes") do={ /ipv6/firewall/mangle/remove [/ipv6/firewall/mangle/find where comment="sixrelay: clamp MSS from wg-cloud"] }
:if ($go = "yes") do={ /ipv6/firewall/mangle/remove [/ipv6/firewall/mangle/find where comment="sixrelay: clamp MSS to wg-cloud"] }
:if ($go = "yes") do={ /interface/wireguard/peers/remove [/interface/wireguard/peers/find where comment="sixrelay"] }
:if ($go = "yes") do={ /interface/wireguard/remove [/interface/wireguard/find where name="wg-cloud" comment~"^sixrelay"] }

# 4. What is next.
:if ($go = "yes" && [:len $mine] = 0) do={ :put "sixrelay: no wg-cloud of sixrelay's was here; all else with its comment is gone" }
:if ($go = "yes") do={ :put "sixrelay: before-ipv6-wg.rsc and .backup of the first run stay. To put the" }
:if ($go = "yes") do={ :put "sixrelay: WHOLE router back as it was then, which reboots it:" }
:if ($go = "yes") do={ :put "  /system/backup/load name=before-ipv6-wg" }
:if ($go = "yes") do={ :put "sixrelay: done" } else={ :put "sixrelay: NOTHING WAS DONE: RouterOS did not take the block, see the first"; :put "error above. It needs 7.15 or later." }
}
