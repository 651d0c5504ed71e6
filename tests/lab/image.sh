# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Run inside a fresh root file system: makes it what Vultr's image is.
set -eu

systemd-machine-id-setup >/dev/null
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
install -d -m 0700 /root/.ssh
ssh-keygen -q -t ed25519 -N '' -C lab -f /root/lab_ed25519
install -m 0600 /root/lab_ed25519.pub /root/.ssh/authorized_keys

ufw allow 22/tcp >/dev/null
ufw --force enable >/dev/null

# In the lab udev sees the host's devices too: leave all but the NICs alone.
install -d /etc/systemd/system/systemd-udev-trigger.service.d
cat >/etc/systemd/system/systemd-udev-trigger.service.d/lab.conf <<'EOF'
[Service]
ExecStart=
ExecStart=udevadm trigger -c add -s net
EOF

# What systemd would do at a first boot is done.
touch /etc/.updated /var/.updated
