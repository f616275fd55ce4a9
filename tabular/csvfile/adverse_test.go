package csvfile

// adverse seeds the fuzz targets: one text for each thing that makes CSV hard.
var adverse = []string{
	"a,b\n1,2\n",
	"\n\r\na\n\n\"\"\n\n",
	"\uFEFF\"a\",b\r\n1,2\r\n",
	"a,b\n\"1\r2\",\"\r\n\"\n",
	"a,b\r1,\"2\n3\"\r",
	"a,b\r1,2\n3,4\r",
	"a,b\n1,2\r\r\n",
	"a,b\n\"1\"\r2,\"3\"\n",
	"a,b\n\x00,\xff\n3,\xc3",
	"a,b\n1,\"x\n2,3",
	"a,b\n1\n1,2,3\n4,5",
	"a,b\n1,x\"y\"\n\"z\"w\",2\n3,4\n",
	"a,b\n\"5\"\" pipe\",\"\"\"\"\n",
	"a;b|c\n1,2;3\t|4\n",
	"\xff\xfea\x00,\x00\n\x001\x00,\x00\x00\xd8\n\x00",
	"\xfe\xff\x00a\x00\n\x00",
	"a\x00,\x00b\x00\n\x001\x00,\x002\x00\n\x00",
	"\xff\xfe\x00\x00a\x00\x00\x00",
	"Name,Stra\xdfe\nK\xf6ln,\x81\n",
	"\x93\xfa,\x96{\n\x81\x2c\x81\x0a\x81\n",
	"a,b\n'=1,''@2\n",
	"a,b\nTotal: 3",
}
