# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Run inside Vultr's image (tests/lab/image.sh): makes it one for a virtual machine.

echo 'LABEL=root / ext4 defaults 0 1' >/etc/fstab
# A new machine gets an identity of its own, without systemd's presets being applied anew.
: >/etc/machine-id
rm -f /etc/ssh/ssh_host_*
# Ubuntu's kernels have the disk's driver built in.
module=$(find /lib/modules -name 'virtio_blk.ko.xz')
if [ -n "$module" ]; then
	mkdir /initrd /initrd/dev /initrd/root
	cp /usr/bin/busybox /initrd
	xz -dc "$module" >/initrd/virtio_blk.ko
	cat >/initrd/init <<'EOF'
#!/busybox sh
/busybox mount -t devtmpfs devtmpfs /dev
/busybox insmod /virtio_blk.ko
/busybox mount -t ext4 -o ro /dev/vda /root
/busybox umount /dev
exec /busybox switch_root /root /sbin/init
EOF
	chmod 755 /initrd/init
	(cd /initrd && find . | busybox cpio -o -H newc >/boot/initrd)
	rm -r /initrd
fi

# The test's mirror, which user-data's packages come from.
rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/*
echo 'deb [trusted=yes] http://192.0.2.2/repository ./' >/etc/apt/sources.list.d/lab.list
cat >/etc/cloud/cloud.cfg.d/95_lab.cfg <<'EOF'
apt: {preserve_sources_list: true}
# An RSA key takes an emulated processor a quarter of a minute.
ssh_genkeytypes: [ed25519]
EOF

# What has nothing to do with a relay, and costs time.
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer \
	e2scrub_reap.service fstrim.timer logrotate.timer man-db.timer motd-news.timer; do
	ln -sf /dev/null /etc/systemd/system/$unit
done
