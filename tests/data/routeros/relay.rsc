# sixrelay: IPv6 over WireGuard, site home. RouterOS 7.15 or later.
# Paste the whole block into a terminal, or upload it and /import it. Safe to run twice.
{
:if ([/ipv6/settings/get disable-ipv6]) do={ :error "sixrelay: IPv6 is disabled; run /ipv6/settings/set disable-ipv6=no and reboot" }
:if ([:len [/interface/find where name="bridge"]] = 0) do={ :error "sixrelay: no interface named bridge; set lan_bridge" }
:if ([:len [/interface/wireguard/find where name="wg-cloud" comment!="sixrelay"]] > 0) do={ :error "sixrelay: wg-cloud exists and is not ours" }
:if ([:len [/interface/wireguard/find where name="wg-cloud"]] = 0) do={ /interface/wireguard/add name="wg-cloud" listen-port=13231 mtu=1420 private-key="@PRIVATE@" comment="sixrelay" }
/interface/wireguard/set [/interface/wireguard/find where name="wg-cloud" comment="sixrelay"] mtu=1420 private-key="@PRIVATE@"
:if ([:len [/interface/wireguard/peers/find where comment="sixrelay"]] = 0) do={ /interface/wireguard/peers/add interface="wg-cloud" name="vultr" public-key="@PUBLIC@" allowed-address=::/0 endpoint-address=203.0.113.42 endpoint-port=51820 persistent-keepalive=25s comment="sixrelay" }
/interface/wireguard/peers/set [/interface/wireguard/peers/find where comment="sixrelay"] public-key="@PUBLIC@" endpoint-address=203.0.113.42 endpoint-port=51820
:if ([:len [/ipv6/address/find where comment="sixrelay" interface="wg-cloud"]] = 0) do={ /ipv6/address/add address=fd99:9999:9999::2/64 interface="wg-cloud" advertise=no comment="sixrelay" }
:if ([:len [/ipv6/address/find where comment="sixrelay" interface="bridge"]] = 0) do={ /ipv6/address/add address=3fff:0:0:2::1/64 interface="bridge" advertise=yes comment="sixrelay" }
/ipv6/address/set [/ipv6/address/find where comment="sixrelay" interface="bridge"] address=3fff:0:0:2::1/64
:if ([:len [/ipv6/route/find where comment="sixrelay"]] = 0) do={ /ipv6/route/add dst-address=::/0 gateway=fd99:9999:9999::1%wg-cloud check-gateway=ping comment="sixrelay" }
:if ([:len [/ipv6/firewall/filter/find where comment="accept input from cloud peer (WG)"]] = 0) do={ :local drop [/ipv6/firewall/filter/find where chain="input" action="drop" in-interface-list="!LAN" !dynamic]; :if ([:len $drop] > 0) do={ /ipv6/firewall/filter/add chain=input action=accept in-interface="wg-cloud" src-address=fd99:9999:9999::/64 comment="accept input from cloud peer (WG)" place-before=($drop->0) } else={ /ipv6/firewall/filter/add chain=input action=accept in-interface="wg-cloud" src-address=fd99:9999:9999::/64 comment="accept input from cloud peer (WG)" } }
:if ([:len [/ipv6/nd/find where interface="bridge"]] = 0) do={ /ipv6/nd/add interface="bridge" }
/ipv6/nd/set [/ipv6/nd/find where interface="bridge"] mtu=1420 advertise-dns=no
:put "sixrelay: done."
}
