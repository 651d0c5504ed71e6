@# The script for a site's router; see render/template.h for what the @ means.
@#
@# A terminal takes a pasted block as one command, or, when it finds a syntax error, runs each line
@# behind the error by itself. So every line that changes something is complete, and asks for the
@# variable go first, which exists inside the block only. A rule of the firewall is added as a
@# passthrough, which lets every packet through to the next rule, and then set to what it shall be.
@# Lines are below 200 columns; only what every version from 7.15 on knows is used.
# sixrelay: IPv6 for the LAN through WireGuard. Site @site@. RouterOS 7.15 or later.
#
# Paste all of it into a terminal of the router. Or upload it as sixrelay.rsc,
# have it checked (7.16 and later), and run it:
#   /import sixrelay.rsc verbose=yes dry-run
#   /import sixrelay.rsc
# It looks first, and stops with a message if something is in its way. The first
# run keeps the router as it was, in before-ipv6-wg.rsc and .backup. It may be
# run again at any time. All that it adds has sixrelay in its comment, but for
# the LAN's row in /ipv6/nd, where RouterOS can't find by comment.
# The way back is another script; on the VPS: sixrelay script --revert
@+secret # This router's private key is in here: keep it like a password.
@-secret # No private key is in here. The key that the router has stays; if it has none,
@-secret # it makes one. The end says what to do if the VPS doesn't know it.
{
# 1. Look. Nothing is changed here.
:local br @bridge@
:local net "@lan_pattern@"
:if (!([/system/resource/get version] ~ "^([89]|7[.](1[5-9]|[2-9][0-9]|1[0-9][0-9]))")) do={ :error "sixrelay: RouterOS 7.15 or later is needed: /system/package/update" }
:if ([/ipv6/settings/get disable-ipv6]) do={ :error "sixrelay: IPv6 is disabled: /ipv6/settings/set disable-ipv6=no, and reboot" }
:if (![/ipv6/settings/get forward]) do={ :error "sixrelay: IPv6 forwarding is off: /ipv6/settings/set forward=yes" }
:if ([:len [/interface/find where name=$br]] = 0) do={ :error ("sixrelay: no bridge " . $br . " here: see lan_bridge in the VPS's sixrelay.conf") }
:local mine [/interface/wireguard/find where name="wg-cloud" comment~"^sixrelay"]
:if ([:len [/interface/find where name="wg-cloud"]] > [:len $mine]) do={ :error "sixrelay: a wg-cloud is here that is not from sixrelay: rename it first" }
:if ([:len [/interface/wireguard/peers/find where name="vultr" comment!="sixrelay"]] > 0) do={ :error "sixrelay: a peer vultr is here that is not from sixrelay: rename it first" }
:if ([:len [/ipv6/address/find where address~$net comment!="sixrelay"]] > 0) do={ :error "sixrelay: @lan_prefix@ is here already: see /ipv6/address/print" }
:if ([:len [/ipv6/address/find where comment="sixrelay" interface!="wg-cloud" interface!=$br]] > 0) do={ :error "sixrelay: lan_bridge was another: run what sixrelay script --revert gives first" }
# What the LAN's row in /ipv6/nd was is kept in the comment of wg-cloud, for the way back.
:local nd [/ipv6/nd/find where interface=$br]
:local size "unspecified"
:if ([:len $nd] > 0) do={ :set size [/ipv6/nd/get $nd mtu] }
:if (!([:tostr $size] ~ "^[0-9]")) do={ :set size "unspecified" }
:local tag "sixrelay: site @site@"
:if ([:len $nd] > 0) do={ :set tag ($tag . "; nd was " . $size . "," . [/ipv6/nd/get $nd ra-lifetime] . "," . [/ipv6/nd/get $nd ra-interval]) }
:local note $tag
:if ([:len $mine] > 0) do={ :set note [/interface/wireguard/get $mine comment] }
:if (!(($note . ";") ~ "^sixrelay(: site @site@)?;")) do={ :error ("sixrelay: this router has another site: " . $note) }
:local was {"unspecified";"30m";"3m20s-10m"}
:local at [:find $note "; nd was "]
:if ([:typeof $at] = "num") do={ :set was [:toarray [:pick $note ($at + 9) [:len $note]]] }
# A UDP port that no other tunnel of this router listens on.
:local udp 13231
:while ([:len [/interface/wireguard/find where listen-port=$udp name!="wg-cloud"]] > 0) do={ :set udp ($udp + 1) }
# Where a chain of the firewall ends: at its first drop or reject of all that comes from wg-cloud
# (End). A rule of ours goes before that, or before the last one that drops all from some other
# interface (At). A rule of ours that stands too low is Late. !* is a list that is gone: all match.
:local inEnd ""
:local inAt ""
:local inLast ""
:local inLate ""
:local fwEnd ""
:local fwAt ""
:local fwLast ""
:local fwLate ""
:local outAt ""
:local outLate ""
:local fwVia "!"
:foreach r in=[/ipv6/firewall/filter/find where !dynamic !disabled] do={
:local ch [/ipv6/firewall/filter/get $r chain]
:local ac [/ipv6/firewall/filter/get $r action]
:local co ("" . [/ipv6/firewall/filter/get $r comment])
:local st [:tostr [/ipv6/firewall/filter/get $r connection-state]]
:local via ("" . [/ipv6/firewall/filter/get $r in-interface] . [/ipv6/firewall/filter/get $r in-interface-list])
:local more ("" . [/ipv6/firewall/filter/get $r protocol] . [/ipv6/firewall/filter/get $r src-address] . [/ipv6/firewall/filter/get $r dst-address])
:set more ($more . [/ipv6/firewall/filter/get $r src-address-list] . [/ipv6/firewall/filter/get $r dst-address-list] . [/ipv6/firewall/filter/get $r hop-limit])
:set more ($more . [/ipv6/firewall/filter/get $r out-interface] . [/ipv6/firewall/filter/get $r out-interface-list] . [/ipv6/firewall/filter/get $r ipsec-policy])
:local ends (($ac = "drop" || $ac = "reject") && [:len $more] = 0 && ([:len $st] = 0 || $st ~ "^([^!]*new|!e)") && !($co ~ "^sixrelay"))
:local all ($ends && ([:len $via] = 0 || $via ~ "^!"))
:if ($ch = "input" && $all && [:len $inEnd] = 0) do={ :set inEnd $r }
:if ($ch = "input" && ($all || $co = "sixrelay: drop the rest from wg-cloud") && [:len $inAt] = 0) do={ :set inAt $r }
:if ($ch = "input" && $ends && !$all && [:len $inAt] = 0) do={ :set inLast $r }
:if ($ch = "input" && $co = "sixrelay: accept input from cloud peer (WG)" && [:len $inAt] > 0) do={ :set inLate $r }
:if ($ch = "forward" && $all && [:len $fwEnd] = 0) do={ :set fwEnd $r; :set fwVia $via }
:if ($ch = "forward" && ($all || $co = "sixrelay: drop inbound to LAN") && [:len $fwAt] = 0) do={ :set fwAt $r }
:if ($ch = "forward" && $ends && !$all && [:len $fwAt] = 0) do={ :set fwLast $r }
:if ($ch = "forward" && $co = "sixrelay: accept inbound to LAN" && [:len $fwAt] > 0) do={ :set fwLate $r }
:if ($ch = "forward" && $co = "sixrelay: accept LAN to wg-cloud" && [:len $fwAt] > 0) do={ :set outLate $r }
}
:if ([:len $inEnd] = 0 && [:len $inLast] > 0) do={ :set inAt $inLast }
:if ([:len $fwEnd] = 0 && [:len $fwLast] > 0) do={ :set fwAt $fwLast }
:if ([:len $fwVia] = 0 || $fwVia ~ "^![*]") do={ :set outAt $fwAt }
:local go "yes"

# 2. Keep the router as it was, at the first run.
:if ($go = "yes" && [:len $mine] = 0) do={ :put "sixrelay: saving before-ipv6-wg.rsc and before-ipv6-wg.backup" }
:if ($go = "yes" && [:len $mine] = 0) do={ /export file=before-ipv6-wg; /system/backup/save name=before-ipv6-wg dont-encrypt=yes }

# 3. The tunnel.
:local vps "@vps_key@"
:local want "@router_key@"
:local our "sixrelay"
:if ($go = "yes" && [:len [/interface/wireguard/find where name="wg-cloud"]] = 0) do={ /interface/wireguard/add name="wg-cloud" listen-port=$udp mtu=@mtu@ comment=$tag }
:local wg ""
:local key ""
:if ($go = "yes") do={ :set wg [/interface/wireguard/find where name="wg-cloud" comment~"^sixrelay"] }
:if ($go = "yes") do={ :set key [/interface/wireguard/get $wg public-key] }
:if ($go = "yes") do={ /interface/wireguard/set $wg mtu=@mtu@ }
@+secret :if ($go = "yes" && $key != $want) do={ /interface/wireguard/set $wg private-key="@private_key@" }
:if ($go = "yes" && [:len [/interface/wireguard/peers/find where comment=$our]] = 0) do={ /interface/wireguard/peers/add interface="wg-cloud" public-key=$vps allowed-address=::/0 comment=$our }
:if ($go = "yes") do={ /interface/wireguard/peers/set [/interface/wireguard/peers/find where comment="sixrelay"] interface="wg-cloud" name="vultr" public-key=$vps allowed-address=::/0 }
:if ($go = "yes") do={ /interface/wireguard/peers/set [/interface/wireguard/peers/find where comment="sixrelay"] endpoint-address=@endpoint@ endpoint-port=@port@ persistent-keepalive=25s }
:if ($go = "yes" && [:len [/ipv6/address/find where comment=$our interface="wg-cloud"]] = 0) do={ /ipv6/address/add address=@router@/64 interface="wg-cloud" advertise=no comment=$our }
:if ($go = "yes") do={ /ipv6/address/set [/ipv6/address/find where comment="sixrelay" interface="wg-cloud"] address=@router@/64 advertise=no }
:if ($go = "yes" && [:len [/ipv6/route/find where comment="sixrelay"]] = 0) do={ /ipv6/route/add dst-address=::/0 gateway=@vps@%wg-cloud check-gateway=ping comment="sixrelay" }
:if ($go = "yes") do={ /ipv6/route/set [/ipv6/route/find where comment="sixrelay"] dst-address=::/0 gateway=@vps@%wg-cloud check-gateway=ping }

# 4. The firewall. The VPS may reach the router. wg-cloud stays out of every interface list.
:local inOk "sixrelay: accept input from cloud peer (WG)"
:if ($go = "yes" && [:len $inLate] > 0) do={ /ipv6/firewall/filter/remove $inLate }
:if ($go = "yes" && [:len $inAt] > 0 && [:len [/ipv6/firewall/filter/find where comment=$inOk]] = 0) do={ /ipv6/firewall/filter/add chain=input action=passthrough comment=$inOk place-before=$inAt }
:if ($go = "yes" && [:len $inAt] = 0 && [:len [/ipv6/firewall/filter/find where comment=$inOk]] = 0) do={ /ipv6/firewall/filter/add chain=input action=passthrough comment=$inOk }
:if ($go = "yes") do={ /ipv6/firewall/filter/set [/ipv6/firewall/filter/find where comment=$inOk] action=accept in-interface="wg-cloud" src-address=@vps@/128 }
# Where the chain has no end, one for wg-cloud: answers and ICMPv6 pass, as in RouterOS's own firewall.
:local inNo "sixrelay: drop the rest from wg-cloud"
:if ($go = "yes" && [:len $inEnd] > 0) do={ /ipv6/firewall/filter/remove [/ipv6/firewall/filter/find where comment=$inNo] }
:if ($go = "yes" && [:len $inEnd] = 0 && [:len [/ipv6/firewall/filter/find where comment=$inNo]] = 0) do={ /ipv6/firewall/filter/add chain=input action=passthrough comment=$inNo }
:if ($go = "yes") do={ /ipv6/firewall/filter/set [/ipv6/firewall/filter/find where comment=$inNo] action=drop in-interface=wg-cloud protocol=!icmpv6 connection-state=!established,related,untracked }
# Where forward ends with a drop of all, the LAN's way out.
:local out "sixrelay: accept LAN to wg-cloud"
:if ($go = "yes" && [:len $outLate] > 0) do={ /ipv6/firewall/filter/remove $outLate }
:if ($go = "yes" && [:len $outAt] > 0 && [:len [/ipv6/firewall/filter/find where comment=$out]] = 0) do={ /ipv6/firewall/filter/add chain=forward action=passthrough comment=$out place-before=$outAt }
:if ($go = "yes") do={ /ipv6/firewall/filter/set [/ipv6/firewall/filter/find where comment=$out] action=accept in-interface=$br out-interface="wg-cloud" src-address=@lan_prefix@ }
:if ($go = "yes" && [:len $outAt] = 0) do={ /ipv6/firewall/filter/remove [/ipv6/firewall/filter/find where comment=$out] }
:local fwOk "sixrelay: accept inbound to LAN"
:local fwNo "sixrelay: drop inbound to LAN"
@+inbound # The internet may open connections to the LAN's devices: allow_inbound = yes.
@+inbound :if ($go = "yes" && [:len $fwLate] > 0) do={ /ipv6/firewall/filter/remove $fwLate }
@+inbound :if ($go = "yes" && [:len $fwAt] > 0 && [:len [/ipv6/firewall/filter/find where comment=$fwOk]] = 0) do={ /ipv6/firewall/filter/add chain=forward action=passthrough comment=$fwOk place-before=$fwAt }
@+inbound :if ($go = "yes" && [:len $fwAt] = 0 && [:len [/ipv6/firewall/filter/find where comment=$fwOk]] = 0) do={ /ipv6/firewall/filter/add chain=forward action=passthrough comment=$fwOk }
@+inbound :if ($go = "yes") do={ /ipv6/firewall/filter/set [/ipv6/firewall/filter/find where comment=$fwOk] action=accept in-interface="wg-cloud" dst-address=@lan_prefix@ }
@+inbound :if ($go = "yes") do={ /ipv6/firewall/filter/remove [/ipv6/firewall/filter/find where comment=$fwNo] }
@-inbound # The internet may not open connections to the LAN's devices: allow_inbound = no.
@-inbound :if ($go = "yes") do={ /ipv6/firewall/filter/remove [/ipv6/firewall/filter/find where comment=$fwOk] }
@-inbound :if ($go = "yes" && [:len $fwEnd] > 0) do={ /ipv6/firewall/filter/remove [/ipv6/firewall/filter/find where comment=$fwNo] }
@-inbound :if ($go = "yes" && [:len $fwEnd] = 0 && [:len [/ipv6/firewall/filter/find where comment=$fwNo]] = 0) do={ /ipv6/firewall/filter/add chain=forward action=passthrough comment=$fwNo }
@-inbound :if ($go = "yes") do={ /ipv6/firewall/filter/set [/ipv6/firewall/filter/find where comment=$fwNo] action=drop in-interface=wg-cloud protocol=!icmpv6 connection-state=!established,related,untracked }
@+clamp # TCP is told the tunnel's size: mss_clamp = yes.
:local mssIn "sixrelay: clamp MSS from wg-cloud"
:local mssOut "sixrelay: clamp MSS to wg-cloud"
@+clamp :if ($go = "yes" && [:len [/ipv6/firewall/mangle/find where comment=$mssIn]] = 0) do={ /ipv6/firewall/mangle/add chain=forward action=passthrough comment=$mssIn }
@+clamp :if ($go = "yes") do={ /ipv6/firewall/mangle/set [/ipv6/firewall/mangle/find where comment=$mssIn] action=change-mss new-mss=clamp-to-pmtu protocol=tcp tcp-flags=syn in-interface="wg-cloud" }
@+clamp :if ($go = "yes" && [:len [/ipv6/firewall/mangle/find where comment=$mssOut]] = 0) do={ /ipv6/firewall/mangle/add chain=forward action=passthrough comment=$mssOut }
@+clamp :if ($go = "yes") do={ /ipv6/firewall/mangle/set [/ipv6/firewall/mangle/find where comment=$mssOut] action=change-mss new-mss=clamp-to-pmtu protocol=tcp tcp-flags=syn out-interface="wg-cloud" }
@-clamp :if ($go = "yes") do={ /ipv6/firewall/mangle/remove [/ipv6/firewall/mangle/find where comment=$mssIn] }
@-clamp :if ($go = "yes") do={ /ipv6/firewall/mangle/remove [/ipv6/firewall/mangle/find where comment=$mssOut] }

# 5. The LAN: what its devices are told, and the router's address. DNS stays what they have over IPv4.
:local live ""
:local lan ""
:local old ""
:local end ""
:if ($go = "yes" && [:len [/ipv6/nd/find where interface=$br]] = 0) do={ /ipv6/nd/add interface=$br advertise-dns=no }
:if ($go = "yes") do={ :set nd [/ipv6/nd/find where interface=$br] }
@+ra_mtu :if ($go = "yes") do={ /ipv6/nd/set $nd mtu=@mtu@ }
@-ra_mtu :if ($go = "yes") do={ /ipv6/nd/set $nd mtu=($was->0) }
# none is what a way back leaves that was cut short, 29m what a run of this does.
:if ($go = "yes") do={ :set live [/ipv6/nd/get $nd ra-lifetime] }
:if ($go = "yes" && ($live = "none" || $live = 29m)) do={ /ipv6/nd/set $nd ra-lifetime=($was->1) ra-interval=($was->2) }
:if ($live = 29m) do={ :set live ($was->1) }
:if ($go = "yes") do={ /ipv6/nd/prefix/remove [/ipv6/nd/prefix/find where comment="sixrelay"] }
:if ($go = "yes") do={ :set lan [/ipv6/address/find where comment="sixrelay" interface=$br] }
:if ($go = "yes" && [:len $lan] > 0) do={ :set old [/ipv6/address/get ($lan->0) address] }
:if ($old = "@lan@/64") do={ :set old "" }
:if ($go = "yes" && [:len [/ipv6/address/find where comment=$our interface=$br]] = 0) do={ /ipv6/address/add address=@lan@/64 interface=$br advertise=yes comment=$our }
:if ($go = "yes" && [:len $old] > 0) do={ /ipv6/address/set [/ipv6/address/find where comment="sixrelay" interface=$br] address=@lan@/64 }
:if ($go = "yes") do={ /ipv6/address/set [/ipv6/address/find where comment="sixrelay" interface=$br advertise=no] advertise=yes }
# Where the prefix was another, the devices are told that it is over. A change of ra-lifetime makes
# the router speak at once.
:if ([:len $old] > 0) do={ :set old ([:pick $old 0 [:find $old "::1/64"]] . "::/64") }
:if ($go = "yes" && [:len $old] > 0) do={ :put ("sixrelay: telling the LAN that " . $old . " is over") }
:if ($go = "yes" && [:len $old] > 0) do={ :do { :set end [/ipv6/nd/prefix/add interface=$br prefix=$old preferred-lifetime=0s valid-lifetime=0s comment="sixrelay"] } on-error={} }
:if ($go = "yes" && [:len $old] > 0 && $live != "none") do={ /ipv6/nd/set $nd ra-lifetime=29m; :delay 3s; /ipv6/nd/set $nd ra-lifetime=$live; :delay 3s }
:if ($go = "yes" && [:len $end] > 0) do={ /ipv6/nd/prefix/remove $end }

# 6. What was done, and what is next.
:if ($go = "yes") do={ :put ("sixrelay: " . $br . " has @lan@/64; inbound is @inbound@") }
:if ($go = "yes" && [:len $inEnd] > 0) do={ :put ("sixrelay: input rule is before: " . [/ipv6/firewall/filter/get $inEnd comment]) }
:if ($go = "yes" && [:len $inEnd] = 0) do={ :put "sixrelay: the firewall's input has no end; wg-cloud got a drop of its own" }
:if ($go = "yes" && [:len [/interface/list/member/find where interface="wg-cloud"]] > 0) do={ :put "sixrelay: CAREFUL: wg-cloud is in an interface list; what does that let in?" }
:if ($go = "yes" && $live = "none" && ($was->1) = "none") do={ :put "sixrelay: CAREFUL: ra-lifetime=none in /ipv6/nd; no device routes by this router" }
:if ($go = "yes" && [:len $mine] = 0) do={ :put "sixrelay: download before-ipv6-wg.backup, then remove it: it isn't encrypted" }
@-secret :if ($go = "yes" && $key != $want) do={ :put "sixrelay: the VPS doesn't know this router's key. Put this line into its" }
@-secret :if ($go = "yes" && $key != $want) do={ :put "sixrelay: /etc/sixrelay.conf, below [site @site@], and run sixrelay apply there:" }
@-secret :if ($go = "yes" && $key != $want) do={ :put ("router_public_key = " . $key) }
:if ($go = "yes") do={ :put "sixrelay: next: /ping @vps@ count=3, then test-ipv6.com on a device" }
:if ($go = "yes") do={ :put "sixrelay: done" } else={ :put "sixrelay: NOTHING WAS DONE: RouterOS did not take the block, see the first"; :put "error above. It needs 7.15 or later." }
}
