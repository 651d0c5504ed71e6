@# The way back for a site's router; what routeros.rsc says holds here too.
# sixrelay: takes back what sixrelay's script added to this router. Site @site@.
#
# Paste all of it into a terminal of the router. Or upload it as
# sixrelay-revert.rsc, have it checked (7.16 and later), and run it:
#   /import sixrelay-revert.rsc verbose=yes dry-run
#   /import sixrelay-revert.rsc
# It removes the rows that the script has commented, and the tunnel; the LAN's row
# in /ipv6/nd goes, too, or gets back the MTU that it had. It takes half a minute,
# since the LAN's devices are told first. If it is cut short, run it again.
{
# 1. Look. Nothing is changed here.
:local our "@tag@"
:local br @bridge@
:local over ($our . ": prefix that is over")
:if ([:len $our] * [:len $br] * [:len $over] = 0) do={ :error "sixrelay: a line was lost: paste it again" }
:local mine [/interface/wireguard/find where comment~"^@tag@(: site |\$)"]
:local have ($our . ": site @site@")
:if ([:len $mine] > 0) do={ :set have [/interface/wireguard/get $mine comment] }
:if (!(($have . ";") ~ "^@tag@(: site @site@)?;")) do={ :error ("sixrelay: @wg@ is another site's by its comment: " . $have) }
# The LAN is where our address is. Its row in /ipv6/nd is ours, or was changed by us, if the tunnel is.
:local lan [/ipv6/address/find where comment=$our interface!="@wg@"]
:if ([:len $lan] > 0) do={ :set br [/ipv6/address/get ($lan->0) interface] }
:local old ""
:if ([:len $lan] > 0) do={ :set old [:tostr [/ipv6/address/get ($lan->0) address]] }
:if ($old ~ "::1/64\$") do={ :set old ([:pick $old 0 [:find $old "::1/64"]] . "::/64") } else={ :set old "" }
:local nd ""
:if ([:len $mine] > 0) do={ :set nd [/ipv6/nd/find where interface=$br] }
# What that row was, by the comment of the tunnel: none if it is ours.
:local was {"unspecified";"30m";"3m20s-10m"}
:local at [:find $have "; nd was "]
:if ([:typeof $at] = "num") do={ :set have [:pick $have ($at + 9) [:len $have]] }
:set at [:find $have ";"]
:if ([:typeof $at] = "num") do={ :set have [:pick $have 0 $at] }
:local kept ($have ~ "^[0-9a-z]+,[0-9a-z:]+,[0-9a-z:]+-[0-9a-z:]+\$")
:if ($kept) do={ :set was [:toarray $have] }
# It keeps its owner's times; what a run that was cut short has left isn't them.
:local life ""
:local every ""
:local same false
:if ([:len $nd] > 0) do={ :set life [:tostr [/ipv6/nd/get $nd ra-lifetime]]; :set every [:tostr [/ipv6/nd/get $nd ra-interval]] }
:if ($life ~ "^(none|0s|00:00:00|29m|00:29:00)\$") do={ :set life ($was->1); :set every ($was->2) }
:if ([:len $nd] > 0) do={ :set same ([/ipv6/nd/get $nd mtu] = [/interface/wireguard/get $mine mtu]) }
:if ([:len $nd] > 0 && !$kept) do={ :set kept (!([:tostr [/ipv6/nd/get $nd advertise-dns]] ~ "^(no|false)\$")) }
:local go 1

# 2. The LAN's devices are told: this is no router any more, then, the prefix is over. RouterOS may
# refuse the second while the address is advertised, or while it is there; then it is told after that.
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
:if ($go = 1 && [:len $nd] > 0 && !$kept) do={ /ipv6/nd/remove $nd }
:if ($go = 1 && [:len $nd] > 0 && $kept) do={ /ipv6/nd/set $nd ra-lifetime=$life ra-interval=$every }
:if ($go = 1 && [:len $nd] > 0 && $kept && $same) do={ /ipv6/nd/set $nd mtu=($was->0) }
:if ($go = 1) do={ /ipv6/route/remove [/ipv6/route/find where comment="@tag@: default route"] }
@-own :if ($go = 1) do={ /ipv6/route/remove [/ipv6/route/find where comment=$our] }
@+own :if ($go = 1) do={ /routing/rule/remove [/routing/rule/find where comment~"^@tag@: [12]"] }
@+own :if ($go = 1) do={ /routing/table/remove [/routing/table/find where comment=$our] }
:if ($go = 1) do={ /ipv6/address/remove [/ipv6/address/find where comment=$our] }
:if ($go = 1) do={ /ipv6/address/remove [/ipv6/address/find where comment="@tag@: transit"] }
:if ($go = 1) do={ /ipv6/firewall/filter/remove [/ipv6/firewall/filter/find where comment="@tag@: accept input from cloud peer (WG)"] }
:if ($go = 1) do={ /ipv6/firewall/filter/remove [/ipv6/firewall/filter/find where comment="@tag@: drop other input"] }
:if ($go = 1) do={ /ipv6/firewall/filter/remove [/ipv6/firewall/filter/find where comment="@tag@: accept LAN out"] }
:if ($go = 1) do={ /ipv6/firewall/filter/remove [/ipv6/firewall/filter/find where comment="@tag@: accept inbound to LAN"] }
:if ($go = 1) do={ /ipv6/firewall/filter/remove [/ipv6/firewall/filter/find where comment="@tag@: drop inbound to LAN"] }
:if ($go = 1) do={ /ipv6/firewall/mangle/remove [/ipv6/firewall/mangle/find where comment="@tag@: clamp MSS in"] }
:if ($go = 1) do={ /ipv6/firewall/mangle/remove [/ipv6/firewall/mangle/find where comment="@tag@: clamp MSS out"] }
:if ($go = 1) do={ /interface/wireguard/peers/remove [/interface/wireguard/peers/find where comment=$our] }
:if ($go = 1) do={ /interface/wireguard/remove [/interface/wireguard/find where comment~"^@tag@(: site |\$)"] }

# 4. What is next.
:local file "@snapshot@"
:if ([:len [/file/find where name="flash"]] > 0) do={ :set file "flash/@snapshot@" }
:if ($go = 1 && [:len $mine] = 0) do={ :put "sixrelay: there was no tunnel: see if the LAN's row in /ipv6/nd is to stay" }
:if ($go = 1) do={ :put "sixrelay: nothing needs the snapshots of the first run any more. They would" }
:if ($go = 1) do={ :put "sixrelay: put the WHOLE router back as it was then, which reboots it:" }
:if ($go = 1) do={ :put ("  /system/backup/load name=" . $file) }
:if ($go = 1) do={ :put "sixrelay: done" } else={ :put "sixrelay: NOT DONE: the block was refused, the first error says why" }
}
