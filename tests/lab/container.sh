# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Run inside Vultr's image (image.sh): makes it one for a container of the lab.

systemd-machine-id-setup >/dev/null
install -d -m 0700 /root/.ssh
ssh-keygen -q -t ed25519 -N '' -C lab -f /root/lab_ed25519
install -m 0600 /root/lab_ed25519.pub /root/.ssh/authorized_keys

# In the lab udev sees the host's devices too: leave all but the NICs alone.
install -d /etc/systemd/system/systemd-udev-trigger.service.d
cat >/etc/systemd/system/systemd-udev-trigger.service.d/lab.conf <<'EOF'
[Service]
ExecStart=
ExecStart=udevadm trigger -c add -s net
EOF
