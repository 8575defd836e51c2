#!/usr/bin/env bash
# build/package/zohosync-VERSION-linux-ARCH.tar.gz: the two programs, the systemd unit and what to read.
# The programs link Debian 12's libraries; INSTALL in the archive names the packages.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/build.sh release zohosync zohosim

version=$(sed -n 's/^project(zohosync VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
name="zohosync-$version-linux-$(uname -m)"
out=build/package
tree=$out/$name
rm -rf "$tree"
mkdir -p "$tree/bin" "$tree/docs" "$tree/examples/sibling-services" "$tree/systemd"

for program in zohosync zohosim; do
  install -m 0755 "build/release/bin/$program" "$tree/bin/$program"
  strip --strip-unneeded "$tree/bin/$program"
done
install -m 0644 LICENSE README.md CHANGELOG.md "$tree/"
install -m 0644 docs/*.md "$tree/docs/"
install -m 0644 packaging/zohosync.service "$tree/systemd/"
install -m 0755 examples/sibling-services/* "$tree/examples/sibling-services/"

# What the programs need at run time, asked of the programs themselves so that the list cannot go stale. dpkg knows
# some libraries below /lib, where the linker finds them below /usr/lib.
needed=$(objdump -p "$tree"/bin/* | awk '$1 == "NEEDED" {print $2}' | sort -u)
packages=$(ldd "$tree"/bin/* | awk '/=> \// {print $1, $3}' | sort -u | while read -r soname path; do
  grep -qxF "$soname" <<<"$needed" || continue
  path=$(readlink -f "$path")
  dpkg-query -S "$path" 2>/dev/null || dpkg-query -S "${path#/usr}"
done | sed 's/:.*//' | sort -u | paste -sd' ')
sed -e "s|@PACKAGES@|$packages|" packaging/INSTALL.in >"$tree/INSTALL"

# The same sources make the same archive: names in order, no builder's name, the commit's time.
stamp=$(git log -1 --format=%ct 2>/dev/null || date +%s)
tar --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$stamp" -C "$out" -cf - "$name" | gzip -n >"$out/$name.tar.gz"
rm -rf "$tree"
echo "package: $out/$name.tar.gz ($(du -h "$out/$name.tar.gz" | cut -f1))"
