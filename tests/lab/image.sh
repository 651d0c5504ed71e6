# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Run inside a fresh root file system: makes it what Vultr's image is.
set -eu

echo relay-0 >/etc/hostname
cat >/etc/hosts <<'EOF'
127.0.0.1 localhost
127.0.1.1 relay-0
::1 localhost ip6-localhost ip6-loopback
ff02::1 ip6-allnodes
ff02::2 ip6-allrouters
EOF

systemctl enable --quiet systemd-networkd.service

# sshd lets root in by password and by key, until the relay hardens it.
sed -i 's/^#*PermitRootLogin .*/PermitRootLogin yes/' /etc/ssh/sshd_config
echo 'PasswordAuthentication yes' >/etc/ssh/sshd_config.d/50-cloud-init.conf

ufw allow 22/tcp >/dev/null
ufw --force enable >/dev/null

# What systemd would do at a first boot is done.
touch /etc/.updated /var/.updated
