<?php
date_default_timezone_set('CET');
header('X-Server: ' . gethostname());
?>
<!DOCTYPE html>
<html>
<head><title>Simulacro</title></head>
<body>
<p>From the storage node, by way of a real server:</p>
<?php
echo 'Date: ' . date('d/m/Y') . "<br>\n";
echo 'Time: ' . date('H:i:s') . " CET<br>\n";
echo 'Server: ' . $_SERVER['SERVER_ADDR'] . "<br>\n";
?>
</body>
</html>
