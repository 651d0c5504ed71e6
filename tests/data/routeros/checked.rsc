# sixrelay: site home. A script of the shape that the checker asks for.
# Paste all of it into a terminal of the router, or /import it.
{
# 1. Look. Nothing is changed here.
:if (!([/system/resource/get version] ~ "^(7[.](1[5-9]|[2-9][0-9])|[89])")) do={ :error "sixrelay: RouterOS 7.15 or later is needed" }
:if ([/ipv6/settings/get disable-ipv6]) do={ :error "sixrelay: IPv6 is disabled" }
:local br "bridge"
:if ([:len [/interface/find where name=$br]] = 0) do={ :error ("sixrelay: no interface " . $br) }
:local mine [/interface/wireguard/find where name="wg-cloud" comment~"^sixrelay"]
:if ([:len [/interface/find where name="wg-cloud"]] > [:len $mine]) do={ :error "sixrelay: wg-cloud isn't ours" }
:local tag "sixrelay: site home"
:if ([:len $mine] > 0) do={ :set tag ($tag . "; \"again\" \$0\5F") }
:local at ""
:local late ""
:foreach r in=[/ipv6/firewall/filter/find where chain="input" comment~"^defconf" !dynamic] do={
:local action [/ipv6/firewall/filter/get $r action]
# The last one counts.
:if ($action = "drop" && [/ipv6/firewall/filter/get $r in-interface-list] = "!LAN") do={
:set at $r
} else={
:set late ""
}
}
:foreach r in=[/ipv6/firewall/filter/find where comment="sixrelay: late"] do={ :set late ($late , $r) }
:local go "yes"

# 2. Change.
:local rule "sixrelay: accept input from cloud peer (WG)"
:if ($go = "yes" && [:len $mine] = 0) do={ /export file=before-ipv6-wg; /system/backup/save name=before-ipv6-wg dont-encrypt=yes }
:if ($go = "yes" && [:len [/interface/wireguard/find where name="wg-cloud"]] = 0) do={ /interface/wireguard/add name="wg-cloud" listen-port=13231 mtu=1420 comment=$tag }
:if ($go = "yes") do={ /interface/wireguard/set [/interface/wireguard/find where name="wg-cloud" comment~"^sixrelay"] mtu=1420 private-key="yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=" }
:local our "sixrelay"
:local peer "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg="
:if ($go = "yes" && [:len [/interface/wireguard/peers/find where comment=$our]] = 0) do={ /interface/wireguard/peers/add interface="wg-cloud" public-key=$peer allowed-address=::/0 comment=$our }
:if ($go = "yes" && [:len [/ipv6/address/find where address="fd99::2/64" interface="wg-cloud"]] = 0) do={ /ipv6/address/add address=fd99::2/64 interface="wg-cloud" advertise=no comment="sixrelay" }
:if ($go = "yes" && [:len [/ipv6/route/find where comment="sixrelay"]] = 0) do={ /ipv6/route/add dst-address=::/0 gateway=fd99::1%wg-cloud check-gateway=ping comment="sixrelay" }
:if ($go = "yes" && [:len $late] > 0) do={ /ipv6/firewall/filter/remove $late }
:if ($go = "yes" && [:len [/ipv6/firewall/filter/find where comment=$rule]] = 0 && [:len $at] > 0) do={ /ipv6/firewall/filter/add chain=input action=passthrough comment=$rule place-before=$at }
:if ($go = "yes" && [:len [/ipv6/firewall/filter/find where comment=$rule]] = 0) do={ /ipv6/firewall/filter/add chain=input action=passthrough comment=$rule }
:if ($go = "yes") do={ /ipv6/firewall/filter/set [/ipv6/firewall/filter/find where comment=$rule] action=accept in-interface="wg-cloud" src-address=fd99::1/128 }
:if ($go = "yes" && [:len [/ipv6/nd/find where interface=$br]] = 0) do={ /ipv6/nd/add interface=$br advertise-dns=no }
:if ($go = "yes") do={ /ipv6/nd/set [/ipv6/nd/find where interface=$br] mtu=1420 }
:if ($go = "yes") do={ :foreach r in=[/ipv6/nd/prefix/find where comment="sixrelay" !dynamic] do={ /ipv6/nd/prefix/remove $r } }
:if ($go = "yes") do={ :do { /ipv6/nd/prefix/add interface=$br prefix=fd98::/64 valid-lifetime=0s preferred-lifetime=0s comment="sixrelay" } on-error={} }
:if ($go = "yes") do={ :delay 3s }
:if ($go = "yes") do={ :put "sixrelay: done" } else={ :put "sixrelay: nothing was done" }
}
