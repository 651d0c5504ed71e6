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
:local our "@tag@"
:local tun "@wg@"
:local mine [/interface/wireguard/find where name=$tun comment~"^@tag@"]
:local note "@tag@: site @site@"
:if ([:len $mine] > 0) do={ :set note [/interface/wireguard/get $mine comment] }
:if (!(($note . ";") ~ "^@tag@(: site @site@)?;")) do={ :error ("sixrelay: this router has another site: " . $note) }
# The LAN is where our advertised address is. Its row in /ipv6/nd is ours, or was changed by us, if @wg@ is.
:local lan [/ipv6/address/find where comment=$our interface!=$tun]
:local br @bridge@
:if ([:len $lan] > 0) do={ :set br [/ipv6/address/get ($lan->0) interface] }
:local nd ""
:if ([:len $mine] > 0) do={ :set nd [/ipv6/nd/find where interface=$br] }
:local was {"unspecified";"30m";"3m20s-10m"}
:local at [:find $note "; nd was "]
:if ([:typeof $at] = "num") do={ :set was [:toarray [:pick $note ($at + 9) [:len $note]]] }
:local old ""
:if ([:len $lan] > 0) do={ :set old [:tostr [/ipv6/address/get ($lan->0) address]] }
:if ([:len $old] > 0) do={ :set old ([:pick $old 0 [:find $old "::1/64"]] . "::/64") }
:local go 1

# 2. The LAN's devices are told: this is no router any more, then, the prefix is over. RouterOS may
# refuse the second while the address is advertised, or while it is there; then it is told after that.
:local over "@tag@: prefix that is over"
:local end ""
:if ($go = 1) do={ /ipv6/nd/prefix/remove [/ipv6/nd/prefix/find where comment=$over] }
:if ($go = 1 && [:len $old] > 0) do={ :put ("sixrelay: telling the LAN that " . $old . " is over (25 s)") }
:if ($go = 1 && [:len $old] > 0 && [:len $nd] > 0) do={ /ipv6/nd/set $nd ra-lifetime=none ra-interval=3s-4s; :delay 4s }
:if ($go = 1 && [:len $old] > 0) do={ :do { :set end [/ipv6/nd/prefix/add interface=$br prefix=$old preferred-lifetime=0s valid-lifetime=0s comment=$over] } on-error={} }
:if ($go = 1 && [:len $old] > 0 && [:len $end] = 0) do={ /ipv6/address/set $lan advertise=no; :delay 2s }
:if ($go = 1 && [:len $old] > 0 && [:len $end] = 0) do={ :do { :set end [/ipv6/nd/prefix/add interface=$br prefix=$old preferred-lifetime=0s valid-lifetime=0s comment=$over] } on-error={} }
:if ($go = 1 && [:len $end] > 0) do={ :delay 8s }
:if ($go = 1 && [:len $old] > 0) do={ /ipv6/address/remove $lan; :delay 2s }
:if ($go = 1 && [:len $old] > 0 && [:len $end] = 0) do={ :do { :set end [/ipv6/nd/prefix/add interface=$br prefix=$old preferred-lifetime=0s valid-lifetime=0s comment=$over] } on-error={} }
:if ($go = 1 && [:len $old] > 0) do={ :delay 8s }
:if ($go = 1 && [:len $end] > 0) do={ /ipv6/nd/prefix/remove $end }

# 3. What is ours goes.
:if ($go = 1) do={ :put "sixrelay: removing the rest" }
:if ($go = 1 && [:len $nd] > 0 && [:typeof $at] != "num") do={ /ipv6/nd/remove $nd }
:if ($go = 1 && [:len $nd] > 0 && [:typeof $at] = "num") do={ /ipv6/nd/set $nd mtu=($was->0) ra-lifetime=($was->1) ra-interval=($was->2) }
:if ($go = 1) do={ /ipv6/route/remove [/ipv6/route/find where comment="@tag@: default route"] }
@+own :if ($go = 1) do={ /routing/rule/remove [/routing/rule/find where comment~"^@tag@:"] }
@+own :if ($go = 1) do={ /routing/table/remove [/routing/table/find where comment=$our] }
:if ($go = 1) do={ /ipv6/address/remove [/ipv6/address/find where comment=$our] }
:if ($go = 1) do={ /ipv6/firewall/filter/remove [/ipv6/firewall/filter/find where comment="@tag@: accept input from cloud peer (WG)"] }
:if ($go = 1) do={ /ipv6/firewall/filter/remove [/ipv6/firewall/filter/find where comment="@tag@: drop the rest from @wg@"] }
:if ($go = 1) do={ /ipv6/firewall/filter/remove [/ipv6/firewall/filter/find where comment="@tag@: accept LAN to @wg@"] }
:if ($go = 1) do={ /ipv6/firewall/filter/remove [/ipv6/firewall/filter/find where comment="@tag@: accept inbound to LAN"] }
:if ($go = 1) do={ /ipv6/firewall/filter/remove [/ipv6/firewall/filter/find where comment="@tag@: drop inbound to LAN"] }
:if ($go = 1) do={ /ipv6/firewall/mangle/remove [/ipv6/firewall/mangle/find where comment="@tag@: clamp MSS from @wg@"] }
:if ($go = 1) do={ /ipv6/firewall/mangle/remove [/ipv6/firewall/mangle/find where comment="@tag@: clamp MSS to @wg@"] }
:if ($go = 1) do={ /interface/wireguard/peers/remove [/interface/wireguard/peers/find where comment=$our] }
:if ($go = 1) do={ /interface/wireguard/remove [/interface/wireguard/find where name=$tun comment~"^@tag@"] }

# 4. What is next.
:local file "@snapshot@"
:if ([:len [/file/find where name="flash"]] > 0) do={ :set file "flash/@snapshot@" }
:if ($go = 1 && [:len $mine] = 0) do={ :put "sixrelay: there was no @wg@: see if the LAN's row in /ipv6/nd is to stay" }
:if ($go = 1) do={ :put "sixrelay: the snapshots of the first run stay. To put the WHOLE router back" }
:if ($go = 1) do={ :put "sixrelay: as it was then, which reboots it:" }
:if ($go = 1) do={ :put ("  /system/backup/load name=" . $file) }
:if ($go = 1) do={ :put "sixrelay: done" } else={ :put "sixrelay: NOTHING WAS DONE: the block was refused, the first error says why" }
}
