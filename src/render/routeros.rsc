@# The script for a site's router; see render/template.h for what the @ means. A further site of one
@# router (own) has more to do, and goes without some comments to stay below 16 KiB.
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
@-own # It looks first, and stops with a message if something is in its way. The first
@-own # run keeps the router as it was, in @snapshot@.rsc and .backup. It may be
@-own # run again. All that it adds is commented sixrelay, but for the LAN's row in
@-own # /ipv6/nd. The way back: sixrelay script --revert, on the VPS.
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
:local vpsIp "@vps@/128"
:local me "@router@/128"
:local vps "@vps_key@"
:local want "@router_key@"
@-own # How our rows are known. A line that was lost on the way stops all.
:local tag ($our . ": site @site@"); :local hop ($our . ": transit"); :local way ($our . ": default route"); :local over ($our . ": prefix that is over")
:local inOk ($our . ": accept input from cloud peer (WG)"); :local inNo ($our . ": drop other input"); :local outOk ($our . ": accept LAN out")
:local fwOk ($our . ": accept inbound to LAN"); :local fwNo ($our . ": drop inbound to LAN")
:local mssIn ($our . ": clamp MSS in"); :local mssOut ($our . ": clamp MSS out")
:if ([:len $our] * [:len $tun] * [:len $br] * [:len $pre] * [:len $over] * [:len $outOk] * [:len $fwNo] * [:len $mssOut] = 0) do={ :error "sixrelay: a line was lost: paste it again" }
:if (!([/system/resource/get version] ~ "^([89]|7[.](1[5-9]|[2-9][0-9]|1[0-9][0-9]))")) do={ :error "sixrelay: RouterOS 7.15 or later is needed: /system/package/update" }
:if ([/ipv6/settings/get disable-ipv6]) do={ :error "sixrelay: IPv6 is disabled: /ipv6/settings/set disable-ipv6=no, and reboot" }
:if (![/ipv6/settings/get forward]) do={ :error "sixrelay: IPv6 forwarding is off: /ipv6/settings/set forward=yes" }
:if ([:len [/interface/find where name=$br]] = 0) do={ :error ("sixrelay: no bridge " . $br . " here: see lan_bridge in the VPS's sixrelay.conf") }
:local mine [/interface/wireguard/find where comment~"^@tag@(: site |\$)"]
:if ([:len [/interface/find where name=$tun]] > [:len [/interface/wireguard/find where name=$tun comment~("^" . $our)]]) do={ :error ("sixrelay: a " . $tun . " is here that isn't from sixrelay") }
:if ([:len [/interface/wireguard/peers/find where name="@peer@" comment!=$our]] > 0) do={ :error "sixrelay: a peer @peer@ is here that is not from sixrelay: rename it" }
:if ([:len [/ipv6/address/find where address~$net comment!=$our]] > 0) do={ :error "sixrelay: @lan_prefix@ is here already: see /ipv6/address/print" }
:if ([:len [/ipv6/address/find where comment=$our interface!=$tun interface!=$br]] > 0) do={ :error "sixrelay: lan_bridge was another: run what sixrelay script --revert gives first" }
:if ([:len [/ipv6/address/find where interface=$br comment~"^sixrelay" comment!=$our]] > 0) do={ :error ("sixrelay: another site has " . $br . " already") }
@-own # The comment of @wg@ keeps what the LAN's row in /ipv6/nd was.
:local nd [/ipv6/nd/find where interface=$br]
:local ra ""
:if ([:len $nd] > 0) do={ :set ra ([:tostr [/ipv6/nd/get $nd mtu]] . "," . [:tostr [/ipv6/nd/get $nd ra-lifetime]] . "," . [:tostr [/ipv6/nd/get $nd ra-interval]]) }
:if (!($ra ~ "^(unspecified|[1-9][0-9]*),[0-9a-z:]+,[0-9a-z:]+-[0-9a-z:]+\$")) do={ :set ra "unspecified,30m,3m20s-10m" }
:local note $tag
:if ([:len $nd] > 0) do={ :set note ($tag . "; nd was " . $ra) }
:local have $note
:if ([:len $mine] > 0) do={ :set have [/interface/wireguard/get $mine comment] }
:if (!(($have . ";") ~ "^@tag@(: site @site@)?;")) do={ :error ("sixrelay: @wg@ is another site's by its comment: " . $have) }
:local was {"unspecified";"30m";"3m20s-10m"}
:local at [:find $have "; nd was "]
:if ([:typeof $at] = "num") do={ :set have [:pick $have ($at + 9) [:len $have]] }
:set at [:find $have ";"]
:if ([:typeof $at] = "num") do={ :set have [:pick $have 0 $at] }
:if ($have ~ "^[0-9a-z]+,[0-9a-z:]+,[0-9a-z:]+-[0-9a-z:]+\$") do={ :set was [:toarray $have] }
# A UDP port that no other tunnel has.
:local udp 13231
:while ([:len [/interface/wireguard/find where listen-port=$udp name!=$tun]] > 0) do={ :set udp ($udp + 1) }
@-own # Of each chain: Top, the first rule that isn't ours; Has, how many of ours are above it. Of forward: End,
@-own # the first drop or reject of all that comes from @wg@.
:local inTop ""
:local inHas 0
@-inbound :local fwTop ""
@-inbound :local fwHas 0
:local fwEnd ""
@+inbound :local fwLate ""
:local outLate ""
:local fwVia ""
:foreach r in=[/ipv6/firewall/filter/find where chain="input" or chain="forward"] do={
:local ch ""
:if ([/ipv6/firewall/filter/get $r dynamic] != true) do={ :set ch [/ipv6/firewall/filter/get $r chain] }
:local co ("" . [/ipv6/firewall/filter/get $r comment])
:local st [:tostr [/ipv6/firewall/filter/get $r connection-state]]
:local via ("" . [/ipv6/firewall/filter/get $r in-interface] . [/ipv6/firewall/filter/get $r in-interface-list])
:local more ("" . [/ipv6/firewall/filter/get $r protocol] . [/ipv6/firewall/filter/get $r src-address] . [/ipv6/firewall/filter/get $r dst-address])
:set more ($more . [/ipv6/firewall/filter/get $r src-address-list] . [/ipv6/firewall/filter/get $r dst-address-list] . [/ipv6/firewall/filter/get $r hop-limit])
:set more ($more . [/ipv6/firewall/filter/get $r out-interface] . [/ipv6/firewall/filter/get $r out-interface-list] . [/ipv6/firewall/filter/get $r ipsec-policy])
:local other (!($co ~ "^sixrelay"))
:local ends ($ch = "forward" && $other && [/ipv6/firewall/filter/get $r action] ~ "^(drop|reject)\$" && [:len $more] = 0 && [/ipv6/firewall/filter/get $r disabled] != true)
:if ([:len $st] > 0 && ($st ~ "new") = ($st ~ "^!")) do={ :set ends false }
:if ($ch = "input" && $co = $inOk && [:len $inTop] = 0) do={ :set inHas 1 }
:if ($ch = "input" && $co = $inNo && [:len $inTop] = 0) do={ :set inHas ($inHas * 2) }
:if ($ch = "input" && $other && [:len $inTop] = 0) do={ :set inTop $r }
@-inbound :if ($ch = "forward" && $co = $fwNo && [:len $fwTop] = 0) do={ :set fwHas 1 }
@-inbound :if ($ch = "forward" && $other && [:len $fwTop] = 0) do={ :set fwTop $r }
:if ($ends && [:len $fwEnd] = 0 && ([:len $via] = 0 || $via ~ "^!")) do={ :set fwEnd $r; :set fwVia $via }
@+inbound :if ($ch = "forward" && $co = $fwOk && [:len $fwEnd] > 0) do={ :set fwLate $r }
:if ($ch = "forward" && $co = $outOk && [:len $fwEnd] > 0) do={ :set outLate $r }
}
@-own # The LAN needs a way out unless End spares it: by its name, or by a list that it is in.
:local outAt $fwEnd
:if ($fwVia = ("!" . $br)) do={ :set outAt "" }
:if ($fwVia ~ "^![^*]" && [:len [/interface/list/member/find where interface=$br list=[:pick $fwVia 1 [:len $fwVia]]]] > 0) do={ :set outAt "" }
:local go 1

# 2. Keep the router as it was, at the first run.
:local file "@snapshot@"
:if ([:len [/file/find where name="flash"]] > 0) do={ :set file "flash/@snapshot@" }
:if ($go = 1 && [:len $mine] = 0) do={ :put ("sixrelay: saving " . $file . ".rsc and .backup") }
:if ($go = 1 && [:len $mine] = 0) do={ /export file=$file; /system/backup/save name=$file dont-encrypt=yes }

# 3. The tunnel.
:if ($go = 1 && [:len $mine] = 0 && [:len [/interface/wireguard/find where name=$tun]] = 0) do={ /interface/wireguard/add name=$tun listen-port=$udp mtu=@mtu@ comment=$note }
:local wg ""
:local key ""
@-ra_mtu :local had ""
:if ($go = 1) do={ :set wg [/interface/wireguard/find where comment~"^@tag@(: site |\$)"] }
:if ($go = 1) do={ :set key [/interface/wireguard/get $wg public-key] }
@-ra_mtu :if ($go = 1) do={ :set had [/interface/wireguard/get $wg mtu] }
:if ($go = 1) do={ /interface/wireguard/set $wg name=$tun mtu=@mtu@ }
@+secret :if ($go = 1 && $key != $want) do={ /interface/wireguard/set $wg private-key="@private_key@" }
:if ($go = 1 && [:len [/interface/wireguard/peers/find where comment=$our]] = 0) do={ /interface/wireguard/peers/add interface=$tun public-key=$vps allowed-address=::/0 comment=$our }
:if ($go = 1) do={ /interface/wireguard/peers/set [/interface/wireguard/peers/find where comment=$our] interface=$tun name="@peer@" public-key=$vps allowed-address=::/0 }
:if ($go = 1) do={ /interface/wireguard/peers/set [/interface/wireguard/peers/find where comment=$our] endpoint-address=@endpoint@ endpoint-port=@port@ persistent-keepalive=25s }
@-own # What an earlier version named in another way.
@-own :if ($go = 1) do={ /ipv6/address/remove [/ipv6/address/find where comment=$our interface=$tun]; /ipv6/route/remove [/ipv6/route/find where comment=$our] }
:if ($go = 1 && [:len [/ipv6/address/find where comment=$hop]] = 0) do={ /ipv6/address/add address=@router@/64 interface=$tun advertise=no comment=$hop }
:if ($go = 1) do={ /ipv6/address/set [/ipv6/address/find where comment=$hop] address=@router@/64 interface=$tun advertise=no }
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
@+own :if ($go = 1) do={ /routing/rule/set [/routing/rule/find where comment~"^@tag@: [12]"] src-address=$pre }

# 4. The firewall.
@-own # On top of each chain: the VPS may reach the router; from the internet come answers and ICMPv6
@-own # alone, whatever the owner's own rules are.
:if ($go = 1 && $inHas != 2) do={ /ipv6/firewall/filter/remove [/ipv6/firewall/filter/find where comment=$inOk] }
:if ($go = 1 && $inHas != 2) do={ /ipv6/firewall/filter/remove [/ipv6/firewall/filter/find where comment=$inNo] }
:if ($go = 1 && [:len $inTop] > 0 && [:len [/ipv6/firewall/filter/find where comment=$inOk]] = 0) do={ /ipv6/firewall/filter/add chain=input action=passthrough comment=$inOk place-before=$inTop }
:if ($go = 1 && [:len $inTop] = 0 && [:len [/ipv6/firewall/filter/find where comment=$inOk]] = 0) do={ /ipv6/firewall/filter/add chain=input action=passthrough comment=$inOk }
:if ($go = 1 && [:len $inTop] > 0 && [:len [/ipv6/firewall/filter/find where comment=$inNo]] = 0) do={ /ipv6/firewall/filter/add chain=input action=passthrough comment=$inNo place-before=$inTop }
:if ($go = 1 && [:len $inTop] = 0 && [:len [/ipv6/firewall/filter/find where comment=$inNo]] = 0) do={ /ipv6/firewall/filter/add chain=input action=passthrough comment=$inNo }
:if ($go = 1) do={ /ipv6/firewall/filter/set [/ipv6/firewall/filter/find where comment=$inOk] action=accept in-interface=$tun src-address=$vpsIp dst-address=$me }
:if ($go = 1) do={ /ipv6/firewall/filter/set [/ipv6/firewall/filter/find where comment=$inNo] action=drop in-interface=$tun protocol=!icmpv6 connection-state=!established,related,untracked }
# The LAN's way out, where the firewall's end would take it.
:if ($go = 1 && [:len $outLate] > 0) do={ /ipv6/firewall/filter/remove $outLate }
:if ($go = 1 && [:len $outAt] > 0 && [:len [/ipv6/firewall/filter/find where comment=$outOk]] = 0) do={ /ipv6/firewall/filter/add chain=forward action=passthrough comment=$outOk place-before=$outAt }
:if ($go = 1) do={ /ipv6/firewall/filter/set [/ipv6/firewall/filter/find where comment=$outOk] action=accept in-interface=$br out-interface=$tun src-address=$pre }
:if ($go = 1 && [:len $outAt] = 0) do={ /ipv6/firewall/filter/remove [/ipv6/firewall/filter/find where comment=$outOk] }
@-inbound # allow_inbound = no: the internet may not open connections to the LAN's devices.
@-inbound :if ($go = 1) do={ /ipv6/firewall/filter/remove [/ipv6/firewall/filter/find where comment=$fwOk] }
@-inbound :if ($go = 1 && $fwHas != 1) do={ /ipv6/firewall/filter/remove [/ipv6/firewall/filter/find where comment=$fwNo] }
@-inbound :if ($go = 1 && [:len $fwTop] > 0 && [:len [/ipv6/firewall/filter/find where comment=$fwNo]] = 0) do={ /ipv6/firewall/filter/add chain=forward action=passthrough comment=$fwNo place-before=$fwTop }
@-inbound :if ($go = 1 && [:len $fwTop] = 0 && [:len [/ipv6/firewall/filter/find where comment=$fwNo]] = 0) do={ /ipv6/firewall/filter/add chain=forward action=passthrough comment=$fwNo }
@-inbound :if ($go = 1) do={ /ipv6/firewall/filter/set [/ipv6/firewall/filter/find where comment=$fwNo] action=drop in-interface=$tun protocol=!icmpv6 connection-state=!established,related,untracked }
@+inbound # allow_inbound = yes: the internet may open connections to the LAN's devices.
@+inbound :if ($go = 1) do={ /ipv6/firewall/filter/remove [/ipv6/firewall/filter/find where comment=$fwNo] }
@+inbound :if ($go = 1 && [:len $fwLate] > 0) do={ /ipv6/firewall/filter/remove $fwLate }
@+inbound :if ($go = 1 && [:len $fwEnd] > 0 && [:len [/ipv6/firewall/filter/find where comment=$fwOk]] = 0) do={ /ipv6/firewall/filter/add chain=forward action=passthrough comment=$fwOk place-before=$fwEnd }
@+inbound :if ($go = 1 && [:len $fwEnd] = 0 && [:len [/ipv6/firewall/filter/find where comment=$fwOk]] = 0) do={ /ipv6/firewall/filter/add chain=forward action=passthrough comment=$fwOk }
@+inbound :if ($go = 1) do={ /ipv6/firewall/filter/set [/ipv6/firewall/filter/find where comment=$fwOk] action=accept in-interface=$tun dst-address=$pre }
@+clamp # mss_clamp = yes: TCP is told the tunnel's size.
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
:if ($go = 1 && [:len [/ipv6/nd/find where interface=$br]] = 0) do={ /ipv6/nd/add interface=$br advertise-dns=no }
:if ($go = 1) do={ :set nd [/ipv6/nd/find where interface=$br]; :set live [:tostr [/ipv6/nd/get $nd ra-lifetime]] }
@+ra_mtu :if ($go = 1) do={ /ipv6/nd/set $nd mtu=@mtu@ }
@-ra_mtu :if ($go = 1 && [/ipv6/nd/get $nd mtu] = $had) do={ /ipv6/nd/set $nd mtu=($was->0) }
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
@-own # A prefix that was there before is over: the devices are told. A change of ra-lifetime makes it heard.
:if ($old ~ $net || !($old ~ "::1/64\$")) do={ :set old "" }
:if ([:len $old] > 0) do={ :set old ([:pick $old 0 [:find $old "::1/64"]] . "::/64") }
:if ($go = 1 && [:len $old] > 0) do={ :put ("sixrelay: telling the LAN that " . $old . " is over"); :delay 2s }
:if ($go = 1 && [:len $old] > 0) do={ :do { :set end [/ipv6/nd/prefix/add interface=$br prefix=$old preferred-lifetime=0s valid-lifetime=0s comment=$over] } on-error={} }
:if ($go = 1 && [:len $old] > 0 && $live != "none") do={ /ipv6/nd/set $nd ra-lifetime=29m; :delay 3s; /ipv6/nd/set $nd ra-lifetime=$live; :delay 3s }
:if ($go = 1 && [:len $end] > 0) do={ /ipv6/nd/prefix/remove $end }

# 6. What was done, and what is next.
:if ($go = 1) do={ :put ("sixrelay: " . $br . " has " . $ip . "; inbound is @inbound@") }
:if ($go = 1 && [:len [/ipv6/route/find where dst-address~"^::/0" !(comment~"^sixrelay")]] > 0) do={ :put "sixrelay: CAREFUL: there is another default route, see /ipv6/route/print" }
:if ($go = 1 && $live = "none") do={ :put "sixrelay: CAREFUL: ra-lifetime=none in /ipv6/nd; no device routes by this router" }
:if ($go = 1 && [:len $mine] = 0) do={ :put ("sixrelay: download " . $file . ".backup, and remove it: it isn't encrypted") }
@-secret :if ($go = 1 && $key != $want) do={ :put "sixrelay: the VPS doesn't know this router's key. Put this line into its" }
@-secret :if ($go = 1 && $key != $want) do={ :put "sixrelay: /etc/sixrelay.conf, below [site @site@], and run sixrelay apply there:" }
@-secret :if ($go = 1 && $key != $want) do={ :put ("router_public_key = " . $key) }
:if ($go = 1) do={ :put "sixrelay: next: /ping @vps@ count=3, then test-ipv6.com on a device" }
:if ($go = 1) do={ :put "sixrelay: done" } else={ :put "sixrelay: NOT DONE: the block was refused, the first error says why" }
}
