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
# run keeps the router as it was, in @snapshot@.rsc and .backup. It may be
# run again. All that it adds is commented sixrelay, but for the LAN's row in
# /ipv6/nd. The way back: sixrelay script --revert, on the VPS.
@+secret # This router's private key is in here: keep it like a password.
@-secret # No private key is in here. The key that the router has stays; if it has none,
@-secret # it makes one. The end says what to do if the VPS doesn't know it.
{
# 1. Look. Nothing is changed here.
:local our "@tag@"
:local tun "@wg@"
:local br @bridge@
:local net "@lan_pattern@"
:local pre "@lan_prefix@"
:local ip "@lan@/64"
:local gw "@vps@%@wg@"
:if (!([/system/resource/get version] ~ "^([89]|7[.](1[5-9]|[2-9][0-9]|1[0-9][0-9]))")) do={ :error "sixrelay: RouterOS 7.15 or later is needed: /system/package/update" }
:if ([/ipv6/settings/get disable-ipv6]) do={ :error "sixrelay: IPv6 is disabled: /ipv6/settings/set disable-ipv6=no, and reboot" }
:if (![/ipv6/settings/get forward]) do={ :error "sixrelay: IPv6 forwarding is off: /ipv6/settings/set forward=yes" }
:if ([:len [/interface/find where name=$br]] = 0) do={ :error ("sixrelay: no bridge " . $br . " here: see lan_bridge in the VPS's sixrelay.conf") }
:local mine [/interface/wireguard/find where name=$tun comment~"^@tag@"]
:if ([:len [/interface/find where name=$tun]] > [:len $mine]) do={ :error "sixrelay: a @wg@ is here that is not from sixrelay: rename it" }
:if ([:len [/interface/wireguard/peers/find where name="@peer@" comment!=$our]] > 0) do={ :error "sixrelay: a peer @peer@ is here that is not from sixrelay: rename it" }
:if ([:len [/ipv6/address/find where address~$net comment!=$our]] > 0) do={ :error "sixrelay: @lan_prefix@ is here already: see /ipv6/address/print" }
:if ([:len [/ipv6/address/find where comment=$our interface!=$tun interface!=$br]] > 0) do={ :error "sixrelay: lan_bridge was another: run what sixrelay script --revert gives first" }
:if ([:len [/ipv6/address/find where interface=$br comment~"^sixrelay" comment!=$our]] > 0) do={ :error ("sixrelay: another site has " . $br . " already") }
# The comment of @wg@ keeps what the LAN's row in /ipv6/nd was.
:local nd [/ipv6/nd/find where interface=$br]
:local size "unspecified"
:if ([:len $nd] > 0) do={ :set size [/ipv6/nd/get $nd mtu] }
:if (!([:tostr $size] ~ "^[1-9]")) do={ :set size "unspecified" }
:local ra ""
:if ([:len $nd] > 0) do={ :set ra ([:tostr [/ipv6/nd/get $nd ra-lifetime]] . "," . [:tostr [/ipv6/nd/get $nd ra-interval]]) }
:if (!($ra ~ "^[0-9a-z:]+,[0-9a-z:]+-[0-9a-z:]+\$")) do={ :set ra "30m,3m20s-10m" }
:local tag ($our . ": site @site@")
:if ([:len $nd] > 0) do={ :set tag ($tag . "; nd was " . $size . "," . $ra) }
:local note $tag
:if ([:len $mine] > 0) do={ :set note [/interface/wireguard/get $mine comment] }
:if (!(($note . ";") ~ "^@tag@(: site @site@)?;")) do={ :error ("sixrelay: this router has another site: " . $note) }
:local was {"unspecified";"30m";"3m20s-10m"}
:local at [:find $note "; nd was "]
:if ([:typeof $at] = "num") do={ :set was [:toarray [:pick $note ($at + 9) [:len $note]]] }
# A UDP port that no other tunnel has.
:local udp 13231
:while ([:len [/interface/wireguard/find where listen-port=$udp name!=$tun]] > 0) do={ :set udp ($udp + 1) }
# Of each chain: its End, the first drop or reject of all that comes from @wg@; At, where ours goes:
# before that, or before the last one about another interface; Late, ours where it stands too low.
:local inOk ($our . ": accept input from cloud peer (WG)")
:local inNo ($our . ": drop the rest from @wg@")
:local outOk ($our . ": accept LAN to @wg@")
:local fwOk ($our . ": accept inbound to LAN")
:local fwNo ($our . ": drop inbound to LAN")
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
:foreach r in=[/ipv6/firewall/filter/find where chain="input" or chain="forward"] do={
:local ch ""
:if ([/ipv6/firewall/filter/get $r dynamic] != true && [/ipv6/firewall/filter/get $r disabled] != true) do={ :set ch [/ipv6/firewall/filter/get $r chain] }
:local ac [/ipv6/firewall/filter/get $r action]
:local co ("" . [/ipv6/firewall/filter/get $r comment])
:local st [:tostr [/ipv6/firewall/filter/get $r connection-state]]
:local via ("" . [/ipv6/firewall/filter/get $r in-interface] . [/ipv6/firewall/filter/get $r in-interface-list])
:local more ("" . [/ipv6/firewall/filter/get $r protocol] . [/ipv6/firewall/filter/get $r src-address] . [/ipv6/firewall/filter/get $r dst-address])
:set more ($more . [/ipv6/firewall/filter/get $r src-address-list] . [/ipv6/firewall/filter/get $r dst-address-list])
:set more ($more . [/ipv6/firewall/filter/get $r out-interface] . [/ipv6/firewall/filter/get $r out-interface-list] . [/ipv6/firewall/filter/get $r ipsec-policy])
:local ends (($ac = "drop" || $ac = "reject") && [:len $more] = 0 && ([:len $st] = 0 || $st ~ "^([^!]*new|!e)") && !($co ~ "^sixrelay"))
:local all ($ends && ([:len $via] = 0 || $via ~ "^!"))
:if ($ch = "input" && $all && [:len $inEnd] = 0) do={ :set inEnd $r }
:if ($ch = "input" && ($all || $co = $inNo) && [:len $inAt] = 0) do={ :set inAt $r }
:if ($ch = "input" && $ends && !$all && [:len $inAt] = 0) do={ :set inLast $r }
:if ($ch = "input" && $co = $inOk && [:len $inAt] > 0) do={ :set inLate $r }
:if ($ch = "forward" && $all && [:len $fwEnd] = 0) do={ :set fwEnd $r; :set fwVia $via }
:if ($ch = "forward" && ($all || $co = $fwNo) && [:len $fwAt] = 0) do={ :set fwAt $r }
:if ($ch = "forward" && $ends && !$all && [:len $fwAt] = 0) do={ :set fwLast $r }
:if ($ch = "forward" && $co = $fwOk && [:len $fwAt] > 0) do={ :set fwLate $r }
:if ($ch = "forward" && $co = $outOk && [:len $fwAt] > 0) do={ :set outLate $r }
}
:if ([:len $inEnd] = 0 && [:len $inLast] > 0) do={ :set inAt $inLast }
:if ([:len $fwEnd] = 0 && [:len $fwLast] > 0) do={ :set fwAt $fwLast }
:if ([:len $fwVia] = 0 || $fwVia ~ "^![*]") do={ :set outAt $fwAt }
:local go 1

# 2. Keep the router as it was, at the first run.
:local file "@snapshot@"
:if ([:len [/file/find where name="flash"]] > 0) do={ :set file "flash/@snapshot@" }
:if ($go = 1 && [:len $mine] = 0) do={ :put ("sixrelay: saving " . $file . ".rsc and .backup") }
:if ($go = 1 && [:len $mine] = 0) do={ /export file=$file; /system/backup/save name=$file dont-encrypt=yes }

# 3. The tunnel.
:local vps "@vps_key@"
:local want "@router_key@"
:if ($go = 1 && [:len [/interface/wireguard/find where name=$tun]] = 0) do={ /interface/wireguard/add name=$tun listen-port=$udp mtu=@mtu@ comment=$tag }
:local wg ""
:local key ""
:if ($go = 1) do={ :set wg [/interface/wireguard/find where name=$tun comment~"^@tag@"]; :set key [/interface/wireguard/get $wg public-key] }
:if ($go = 1) do={ /interface/wireguard/set $wg mtu=@mtu@ }
@+secret :if ($go = 1 && $key != $want) do={ /interface/wireguard/set $wg private-key="@private_key@" }
:if ($go = 1 && [:len [/interface/wireguard/peers/find where comment=$our]] = 0) do={ /interface/wireguard/peers/add interface=$tun public-key=$vps allowed-address=::/0 comment=$our }
:if ($go = 1) do={ /interface/wireguard/peers/set [/interface/wireguard/peers/find where comment=$our] interface=$tun name="@peer@" public-key=$vps allowed-address=::/0 }
:if ($go = 1) do={ /interface/wireguard/peers/set [/interface/wireguard/peers/find where comment=$our] endpoint-address=@endpoint@ endpoint-port=@port@ persistent-keepalive=25s }
:if ($go = 1 && [:len [/ipv6/address/find where comment=$our interface=$tun]] = 0) do={ /ipv6/address/add address=@router@/64 interface=$tun advertise=no comment=$our }
:if ($go = 1) do={ /ipv6/address/set [/ipv6/address/find where comment=$our interface=$tun] address=@router@/64 advertise=no }
:local way ($our . ": default route")
@-own :if ($go = 1 && [:len [/ipv6/route/find where comment=$way]] = 0) do={ /ipv6/route/add dst-address=::/0 gateway=$gw check-gateway=ping comment=$way }
@-own :if ($go = 1) do={ /ipv6/route/set [/ipv6/route/find where comment=$way] dst-address=::/0 gateway=$gw check-gateway=ping }
@+own # A further tunnel: its LAN goes by a table of its own, after all routes of main but the default.
@+own :local near ($our . ": 1")
@+own :local far ($our . ": 2")
@+own :if ($go = 1 && [:len [/routing/table/find where name=$tun]] = 0) do={ /routing/table/add name=$tun fib comment=$our }
@+own :if ($go = 1 && [:len [/ipv6/route/find where comment=$way]] = 0) do={ /ipv6/route/add dst-address=::/0 gateway=$gw routing-table=$tun comment=$way }
@+own :if ($go = 1) do={ /ipv6/route/set [/ipv6/route/find where comment=$way] dst-address=::/0 gateway=$gw routing-table=$tun check-gateway=ping }
@+own :if ($go = 1 && [:len [/routing/rule/find where comment=$near]] = 0) do={ /routing/rule/remove [/routing/rule/find where comment=$far] }
@+own :if ($go = 1 && [:len [/routing/rule/find where comment=$near]] = 0) do={ /routing/rule/add src-address=$pre min-prefix=0 action=lookup table=main comment=$near }
@+own :if ($go = 1 && [:len [/routing/rule/find where comment=$far]] = 0) do={ /routing/rule/add src-address=$pre action=lookup-only-in-table table=$tun comment=$far }
@+own :if ($go = 1) do={ /routing/rule/set [/routing/rule/find where comment=$near] src-address=$pre }
@+own :if ($go = 1) do={ /routing/rule/set [/routing/rule/find where comment=$far] src-address=$pre }

# 4. The firewall. The VPS may reach the router.
:if ($go = 1 && [:len $inLate] > 0) do={ /ipv6/firewall/filter/remove $inLate }
:if ($go = 1 && [:len $inAt] > 0 && [:len [/ipv6/firewall/filter/find where comment=$inOk]] = 0) do={ /ipv6/firewall/filter/add chain=input action=passthrough comment=$inOk place-before=$inAt }
:if ($go = 1 && [:len $inAt] = 0 && [:len [/ipv6/firewall/filter/find where comment=$inOk]] = 0) do={ /ipv6/firewall/filter/add chain=input action=passthrough comment=$inOk }
:if ($go = 1) do={ /ipv6/firewall/filter/set [/ipv6/firewall/filter/find where comment=$inOk] action=accept in-interface=$tun src-address=@vps@/128 }
# A chain without an end gets one for @wg@; answers and ICMPv6 pass.
:if ($go = 1 && [:len $inEnd] > 0) do={ /ipv6/firewall/filter/remove [/ipv6/firewall/filter/find where comment=$inNo] }
:if ($go = 1 && [:len $inEnd] = 0 && [:len [/ipv6/firewall/filter/find where comment=$inNo]] = 0) do={ /ipv6/firewall/filter/add chain=input action=passthrough comment=$inNo }
:if ($go = 1) do={ /ipv6/firewall/filter/set [/ipv6/firewall/filter/find where comment=$inNo] action=drop in-interface=$tun protocol=!icmpv6 connection-state=!established,related,untracked }
# Where forward ends with a drop of all, the LAN's way out.
:if ($go = 1 && [:len $outLate] > 0) do={ /ipv6/firewall/filter/remove $outLate }
:if ($go = 1 && [:len $outAt] > 0 && [:len [/ipv6/firewall/filter/find where comment=$outOk]] = 0) do={ /ipv6/firewall/filter/add chain=forward action=passthrough comment=$outOk place-before=$outAt }
:if ($go = 1) do={ /ipv6/firewall/filter/set [/ipv6/firewall/filter/find where comment=$outOk] action=accept in-interface=$br out-interface=$tun src-address=$pre }
:if ($go = 1 && [:len $outAt] = 0) do={ /ipv6/firewall/filter/remove [/ipv6/firewall/filter/find where comment=$outOk] }
@+inbound # The internet may open connections to the LAN's devices: allow_inbound = yes.
@+inbound :if ($go = 1 && [:len $fwLate] > 0) do={ /ipv6/firewall/filter/remove $fwLate }
@+inbound :if ($go = 1 && [:len $fwAt] > 0 && [:len [/ipv6/firewall/filter/find where comment=$fwOk]] = 0) do={ /ipv6/firewall/filter/add chain=forward action=passthrough comment=$fwOk place-before=$fwAt }
@+inbound :if ($go = 1 && [:len $fwAt] = 0 && [:len [/ipv6/firewall/filter/find where comment=$fwOk]] = 0) do={ /ipv6/firewall/filter/add chain=forward action=passthrough comment=$fwOk }
@+inbound :if ($go = 1) do={ /ipv6/firewall/filter/set [/ipv6/firewall/filter/find where comment=$fwOk] action=accept in-interface=$tun dst-address=$pre }
@+inbound :if ($go = 1) do={ /ipv6/firewall/filter/remove [/ipv6/firewall/filter/find where comment=$fwNo] }
@-inbound # The internet may not open connections to the LAN's devices: allow_inbound = no.
@-inbound :if ($go = 1) do={ /ipv6/firewall/filter/remove [/ipv6/firewall/filter/find where comment=$fwOk] }
@-inbound :if ($go = 1 && [:len $fwEnd] > 0) do={ /ipv6/firewall/filter/remove [/ipv6/firewall/filter/find where comment=$fwNo] }
@-inbound :if ($go = 1 && [:len $fwEnd] = 0 && [:len [/ipv6/firewall/filter/find where comment=$fwNo]] = 0) do={ /ipv6/firewall/filter/add chain=forward action=passthrough comment=$fwNo }
@-inbound :if ($go = 1) do={ /ipv6/firewall/filter/set [/ipv6/firewall/filter/find where comment=$fwNo] action=drop in-interface=$tun protocol=!icmpv6 connection-state=!established,related,untracked }
@+clamp # TCP is told the tunnel's size: mss_clamp = yes.
:local mssIn ($our . ": clamp MSS from @wg@")
:local mssOut ($our . ": clamp MSS to @wg@")
@+clamp :if ($go = 1 && [:len [/ipv6/firewall/mangle/find where comment=$mssIn]] = 0) do={ /ipv6/firewall/mangle/add chain=forward action=passthrough comment=$mssIn }
@+clamp :if ($go = 1) do={ /ipv6/firewall/mangle/set [/ipv6/firewall/mangle/find where comment=$mssIn] action=change-mss new-mss=clamp-to-pmtu passthrough=yes protocol=tcp tcp-flags=syn in-interface=$tun }
@+clamp :if ($go = 1 && [:len [/ipv6/firewall/mangle/find where comment=$mssOut]] = 0) do={ /ipv6/firewall/mangle/add chain=forward action=passthrough comment=$mssOut }
@+clamp :if ($go = 1) do={ /ipv6/firewall/mangle/set [/ipv6/firewall/mangle/find where comment=$mssOut] action=change-mss new-mss=clamp-to-pmtu passthrough=yes protocol=tcp tcp-flags=syn out-interface=$tun }
@-clamp :if ($go = 1) do={ /ipv6/firewall/mangle/remove [/ipv6/firewall/mangle/find where comment=$mssIn] }
@-clamp :if ($go = 1) do={ /ipv6/firewall/mangle/remove [/ipv6/firewall/mangle/find where comment=$mssOut] }

# 5. The LAN: what its devices are told, and the router's address. DNS stays as it is.
:local live ""
:local old ""
:local end ""
:local over ($our . ": prefix that is over")
:if ($go = 1 && [:len [/ipv6/nd/find where interface=$br]] = 0) do={ /ipv6/nd/add interface=$br advertise-dns=no }
:if ($go = 1) do={ :set nd [/ipv6/nd/find where interface=$br]; :set live [:tostr [/ipv6/nd/get $nd ra-lifetime]] }
@+ra_mtu :if ($go = 1) do={ /ipv6/nd/set $nd mtu=@mtu@ }
@-ra_mtu :if ($go = 1) do={ /ipv6/nd/set $nd mtu=($was->0) }
# What a run, or a way back, that was cut short has left.
:local cut ($live ~ "^(none|0s|00:00:00|29m|00:29:00)\$")
:if ($go = 1 && $cut) do={ /ipv6/nd/set $nd ra-lifetime=($was->1) ra-interval=($was->2) }
:if ($cut) do={ :set live [:tostr ($was->1)] }
:if ($go = 1) do={ /ipv6/nd/prefix/remove [/ipv6/nd/prefix/find where comment=$over] }
:local lan [/ipv6/address/find where comment=$our interface=$br]
:if ([:len $lan] > 0) do={ :set old [:tostr [/ipv6/address/get ($lan->0) address]] }
:if ($go = 1 && [:len [/ipv6/address/find where comment=$our interface=$br]] = 0) do={ /ipv6/address/add address=$ip interface=$br advertise=yes comment=$our }
:if ($go = 1) do={ :set lan [/ipv6/address/find where comment=$our interface=$br] }
:if ($go = 1 && [:len $old] > 0 && $old != $ip) do={ /ipv6/address/set $lan address=$ip }
:if ($go = 1 && [/ipv6/address/get $lan advertise] != true) do={ /ipv6/address/set $lan advertise=yes }
# A prefix that was there before is over: the devices are told. A change of ra-lifetime makes it heard.
:if ($old ~ $net) do={ :set old "" }
:if ([:len $old] > 0) do={ :set old ([:pick $old 0 [:find $old "::1/64"]] . "::/64") }
:if ($go = 1 && [:len $old] > 0) do={ :put ("sixrelay: telling the LAN that " . $old . " is over"); :delay 2s }
:if ($go = 1 && [:len $old] > 0) do={ :do { :set end [/ipv6/nd/prefix/add interface=$br prefix=$old preferred-lifetime=0s valid-lifetime=0s comment=$over] } on-error={} }
:if ($go = 1 && [:len $old] > 0 && $live != "none") do={ /ipv6/nd/set $nd ra-lifetime=29m; :delay 3s; /ipv6/nd/set $nd ra-lifetime=$live; :delay 3s }
:if ($go = 1 && [:len $end] > 0) do={ /ipv6/nd/prefix/remove $end }

# 6. What was done, and what is next.
:if ($go = 1) do={ :put ("sixrelay: " . $br . " has " . $ip . "; inbound is @inbound@") }
:if ($go = 1 && [:len $inEnd] > 0) do={ :put ("sixrelay: input rule is before: " . [/ipv6/firewall/filter/get $inEnd comment]) }
:if ($go = 1 && [:len $inEnd] = 0) do={ :put "sixrelay: the firewall's input has no end; @wg@ got a drop of its own" }
:if ($go = 1 && [:len [/interface/list/member/find where interface=$tun]] > 0) do={ :put "sixrelay: CAREFUL: @wg@ is in an interface list; what does that let in?" }
:if ($go = 1 && $live = "none") do={ :put "sixrelay: CAREFUL: ra-lifetime=none in /ipv6/nd; no device routes by this router" }
:if ($go = 1 && [:len $mine] = 0) do={ :put ("sixrelay: download " . $file . ".backup, and remove it: it isn't encrypted") }
@-secret :if ($go = 1 && $key != $want) do={ :put "sixrelay: the VPS doesn't know this router's key. Put this line into its" }
@-secret :if ($go = 1 && $key != $want) do={ :put "sixrelay: /etc/sixrelay.conf, below [site @site@], and run sixrelay apply there:" }
@-secret :if ($go = 1 && $key != $want) do={ :put ("router_public_key = " . $key) }
:if ($go = 1) do={ :put "sixrelay: next: /ping @vps@ count=3, then test-ipv6.com on a device" }
:if ($go = 1) do={ :put "sixrelay: done" } else={ :put "sixrelay: NOTHING WAS DONE: the block was refused, the first error says why" }
}
